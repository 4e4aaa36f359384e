import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { pad } from '../../src/gpu/kernels/pad.ts'
import { resize } from '../../src/gpu/kernels/resize.ts'
import { auto, checkpoint, choice, defineNode, image, optional, sizeOf, type Size } from '../../src/node/index.ts'
import { toMaxEdge } from '../../src/tensor/max-edge.ts'
import { resizeMethods } from '../../src/tensor/resize-taps.ts'

export default defineNode({
  type: 'image/fit-resolution',
  version: 1,
  title: 'Fit to Resolution',
  about:
    'Scales a picture, up or down, so that its longer side has the resolution the model works at, and pads it to whole latent cells.',
  source: 'resize_to_max_edge and pad_image of diffusers’ MarigoldImageProcessor.',
  keywords: ['resize', 'scale', 'preprocess', 'processing resolution', 'pad'],
  inputs: {
    image: image('The picture to scale.'),
    checkpoint: optional(
      checkpoint('Gives the resolution for "auto" and the cell size for padding (8 px without one).'),
    ),
  },
  params: {
    resolution: auto({
      label: 'Resolution',
      about:
        'Pixels of the longer side. Higher keeps more detail and takes longer; far from what the model was trained at, the depth of the whole scene suffers. 0 keeps the picture’s own size.',
      unit: 'px',
      default: null,
      min: 0,
      max: 4096,
      step: 8,
      slider: [0, 1024],
      quick: 384,
      auto: 'as the checkpoint says',
    }),
    method: choice({
      label: 'Method',
      about:
        'How pixels are computed. Bilinear and bicubic are smoothed when shrinking; nearest repeats pixels; area averages.',
      options: resizeMethods,
      default: 'bilinear',
      advanced: true,
    }),
  },
  outputs: { image: image('The scaled picture, padded to the right and below by its last pixels.') },
  async run(inputs, { resolution, method }, ctx) {
    const config = inputs.checkpoint && (await ctx.use(Checkpoints).open(inputs.checkpoint.id, ctx.signal)).config
    const edge = resolution ?? config?.model?.defaultResolution ?? undefined
    if (edge === undefined) throw noResolution(inputs.checkpoint?.name)
    const { original } = inputs.image.frame
    const content = edge === 0 ? sizeOf(inputs.image.tensor) : fitted(sizeOf(inputs.image.tensor), edge)
    const padded = roundedUp(content, config?.factor ?? 8)

    const antialias = method === 'bilinear' || method === 'bicubic'
    const scaled =
      edge === 0
        ? inputs.image.tensor.retain()
        : runKernel(ctx.backend, resize, [inputs.image.tensor], { ...content, method, antialias })
    if (padded.width === content.width && padded.height === content.height) {
      return { image: { kind: 'image', tensor: scaled, frame: { original, content } } }
    }
    try {
      return {
        image: { kind: 'image', tensor: runKernel(ctx.backend, pad, [scaled], padded), frame: { original, content } },
      }
    } finally {
      scaled.release()
    }
  },
})

function fitted({ width, height }: Size, edge: number): Size {
  const size = toMaxEdge(width, height, edge)
  if (size.width > 0 && size.height > 0) return size
  throw new AppError(
    'node/extreme-aspect-ratio',
    `Extreme aspect ratio: ${width} × ${height} would become ${size.width} × ${size.height} at a resolution of ${edge}.`,
    { fix: 'Crop the picture, or raise the resolution.' },
  )
}

const roundedUp = ({ width, height }: Size, factor: number): Size => ({
  width: Math.ceil(width / factor) * factor,
  height: Math.ceil(height / factor) * factor,
})

const noResolution = (checkpoint: string | undefined): AppError =>
  new AppError(
    'node/no-resolution',
    checkpoint === undefined
      ? 'The resolution is left to the checkpoint, but none is connected.'
      : `The resolution is left to the checkpoint, but ${checkpoint} names none.`,
    { fix: 'Set a resolution (768 is usual), or 0 for the picture’s own size.' },
  )
