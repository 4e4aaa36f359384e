import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { colormap } from '../../src/gpu/kernels/colormap.ts'
import {
  anyOf,
  choice,
  defineNode,
  image,
  number,
  toggle,
  type DepthValue,
  type UncertaintyValue,
} from '../../src/node/index.ts'
import { colormapNames, colormapOf } from '../../src/tensor/colormap.ts'
import { percentile } from '../../src/tensor/percentile.ts'
import type { Backend } from '../../src/tensor/tensor.ts'

export default defineNode({
  type: 'depth/colorize',
  version: 1,
  title: 'Colorize',
  about:
    'Gives depth or uncertainty colours. Spectral, as in the paper: red is near, blue is far. For disparity, which is 1 near, it is the other way round: Invert gives the usual colours. Pixels that are not finite numbers are black, and do not count for an auto range.',
  source:
    'visualize_depth and visualize_uncertainty of diffusers’ MarigoldImageProcessor; the colour maps are matplotlib’s.',
  keywords: ['colour', 'color', 'colormap', 'palette', 'visualize', 'spectral'],
  inputs: { value: anyOf(['depth', 'uncertainty'], 'What gets colours.') },
  params: {
    colormap: choice({
      label: 'Colours',
      about: 'The colour map. Binary is white near, black far, as ControlNet wants depth; grey is black near.',
      options: colormapNames,
      default: 'Spectral',
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
      about: 'The value that gets the first colour, for a fixed range. Raise it to see differences far away.',
      default: 0,
      min: -10,
      max: 10,
      step: 0.01,
      slider: [0, 1],
    }),
    max: number({
      label: 'Max',
      about: 'The value that gets the last colour, for a fixed range. Lower it to see differences close by.',
      default: 1,
      min: -10,
      max: 10,
      step: 0.01,
      slider: [0, 1],
    }),
  },
  outputs: { image: image('Colours, 0..1, at the size of the input.') },
  async run({ value }, { colormap: name, invert, range, min, max }, ctx) {
    const [low, high] = range === 'auto' ? await ownRange(value, ctx.backend) : [min, max]
    if (low >= high) {
      throw new AppError('node/empty-range', `The range from ${low} to ${high} is empty.`, {
        fix: 'Make Max larger than Min.',
      })
    }
    const tensor = runKernel(ctx.backend, colormap, [value.tensor], { ...colormapOf(name, invert), low, high })
    return { image: { kind: 'image', tensor, frame: value.frame } }
  },
})

/** visualize_uncertainty saturates at the 95th percentile. A flat map, on which the reference divides by 0, gets one colour. */
async function ownRange(value: DepthValue | UncertaintyValue, backend: Backend): Promise<readonly [number, number]> {
  const values = (await backend.read(value.tensor)).filter(Number.isFinite)
  if (values.length === 0) return [0, 1]
  const low = value.kind === 'uncertainty' ? 0 : percentile(values, 0)
  const high = percentile(values, value.kind === 'uncertainty' ? 95 : 100)
  return high > low ? [low, high] : [low, low + 1]
}
