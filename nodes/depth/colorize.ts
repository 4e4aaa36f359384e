import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { colormap } from '../../src/gpu/kernels/colormap.ts'
import {
  anyOf,
  choice,
  color,
  defineNode,
  image,
  number,
  toggle,
  type DepthValue,
  type UncertaintyValue,
} from '../../src/node/index.ts'
import { colormapNames, colormapOf, type Colormap, type ColormapName } from '../../src/tensor/colormap.ts'
import { gradient } from '../../src/tensor/gradient.ts'
import { percentile } from '../../src/tensor/percentile.ts'
import type { Backend } from '../../src/tensor/tensor.ts'

/** Of one's own, by how many colours they go through. */
const CUSTOM = ['custom-2', 'custom-3'] as const
const custom = { param: 'colormap', is: CUSTOM } as const
const fixed = { param: 'range', is: ['fixed'] } as const

export default defineNode({
  type: 'depth/colorize',
  version: 1,
  title: 'Colorize',
  about:
    'Gives depth or uncertainty colours. Spectral, as in the paper: red is near, blue is far. For disparity, which is 1 near, it is the other way round: Invert gives the usual colours. Pixels that are not finite numbers are black, and do not count for an auto range.',
  source:
    'visualize_depth and visualize_uncertainty of diffusers’ MarigoldImageProcessor; the colour maps are matplotlib’s, custom ones as by its LinearSegmentedColormap.from_list.',
  keywords: ['colour', 'color', 'colormap', 'palette', 'visualize', 'spectral', 'gradient'],
  inputs: { value: anyOf(['depth', 'uncertainty'], 'What gets colours.') },
  params: {
    colormap: choice({
      label: 'Colours',
      about:
        'The colour map. Binary is white near, black far, as ControlNet wants depth; grey is black near. Custom ones are even gradients between colours of your own.',
      options: [...colormapNames, ...CUSTOM],
      titles: { 'custom-2': 'Two custom', 'custom-3': 'Three custom' },
      default: 'Spectral',
    }),
    near: color({
      label: 'Near',
      about: 'The colour of Min: what is near in depth, what is sure in uncertainty.',
      default: '#ffe08a',
      when: custom,
    }),
    middle: color({
      label: 'Middle',
      about: 'The colour halfway between Min and Max.',
      default: '#c2417c',
      when: { param: 'colormap', is: ['custom-3'] },
    }),
    far: color({
      label: 'Far',
      about: 'The colour of Max: what is far in depth, what is unsure in uncertainty.',
      default: '#1b1464',
      when: custom,
    }),
    invert: toggle({
      label: 'Invert',
      about: 'Turns the colour map round: the colour of near for far.',
      default: false,
    }),
    range: choice({
      label: 'Range',
      about:
        'Fixed: from min to max below. Auto: depth from its smallest to its largest value; uncertainty from 0 to its 95th percentile.',
      options: ['fixed', 'auto'],
      default: 'fixed',
    }),
    min: number({
      label: 'Min',
      about: 'The value that gets the first colour. Raise it to see differences far away.',
      default: 0,
      min: -10,
      max: 10,
      step: 0.01,
      slider: [0, 1],
      when: fixed,
    }),
    max: number({
      label: 'Max',
      about: 'The value that gets the last colour. Lower it to see differences close by.',
      default: 1,
      min: -10,
      max: 10,
      step: 0.01,
      slider: [0, 1],
      when: fixed,
    }),
  },
  outputs: { image: image('Colours, 0..1, at the size of the input.') },
  async run({ value }, { range, min, max, ...chosen }, ctx) {
    const [low, high] = range === 'auto' ? await ownRange(value, ctx.backend) : [min, max]
    if (low >= high) {
      throw new AppError('node/empty-range', `The range from ${low} to ${high} is empty.`, {
        fix: 'Make Max larger than Min.',
      })
    }
    const tensor = runKernel(ctx.backend, colormap, [value.tensor], { ...coloursOf(chosen), low, high })
    return { image: { kind: 'image', tensor, frame: value.frame } }
  },
})

interface Chosen {
  readonly colormap: ColormapName | (typeof CUSTOM)[number]
  readonly near: string
  readonly middle: string
  readonly far: string
  readonly invert: boolean
}

function coloursOf({ colormap: name, near, middle, far, invert }: Chosen): Colormap {
  if (name !== 'custom-2' && name !== 'custom-3') return colormapOf(name, invert)
  const colours = name === 'custom-2' ? [near, far] : [near, middle, far]
  return gradient(invert ? colours.toReversed() : colours)
}

/** visualize_uncertainty saturates at the 95th percentile. A flat map, on which the reference divides by 0, gets one colour. */
async function ownRange(value: DepthValue | UncertaintyValue, backend: Backend): Promise<readonly [number, number]> {
  const values = (await backend.read(value.tensor)).filter(Number.isFinite)
  if (values.length === 0) return [0, 1]
  const low = value.kind === 'uncertainty' ? 0 : percentile(values, 0)
  const high = percentile(values, value.kind === 'uncertainty' ? 95 : 100)
  return high > low ? [low, high] : [low, low + 1]
}
