import type { Display } from '../engine/events.ts'
import type { Pixels, Rendered } from '../engine/painter.ts'
import { runKernel } from '../gpu/kernel.ts'
import { colormap, type ColormapParams } from '../gpu/kernels/colormap.ts'
import { resize } from '../gpu/kernels/resize.ts'
import { sizeOf, type LatentValue, type PortValue, type Size } from '../node/values.ts'
import { colormapOf } from '../tensor/colormap.ts'
import { applyColours } from '../tensor/latent-colours.ts'
import { percentile } from '../tensor/percentile.ts'
import { spreadOf } from '../tensor/spread.ts'
import type { Backend, Tensor } from '../tensor/tensor.ts'

/**
 * A value as 8-bit RGBA whose longer side is at most `maxSide`: pictures as they are, depth and masks in grey (black 0,
 * white 1), uncertainty from 0 to its 95th percentile in magma, normals −1..1 as 0..1, latents as what they would be decoded to, roughly.
 * A display puts its range in place of these, and its colours in place of grey and of magma.
 * Shrinks where the tensor is, so that only what is shown is read back.
 */
export async function renderPreview(
  backend: Backend,
  value: PortValue,
  maxSide: number,
  display: Display = {},
): Promise<Rendered> {
  if (!('tensor' in value)) throw new Error(`A value of kind ${value.kind} has no picture.`)
  const small = shrink(backend, value.tensor, maxSide)
  try {
    const { width, height } = sizeOf(small)
    // What is on the processor is never written to: a picture of every edit is drawn without a copy.
    const values = small.location === 'cpu' ? small.data : await backend.read(small)
    const size = { width, height }
    const pixels =
      values.length === width * height && (value.kind === 'uncertainty' || display.colormap !== undefined)
        ? await coloured(backend, small, values, value.kind === 'uncertainty', display)
        : drawn(value, values, size, display)
    return { ...pixels, values }
  } finally {
    small.release()
  }
}

/** The standard deviation of each pixel over members [C, height, width], drawn as an uncertainty. */
export async function renderSpread(backend: Backend, members: readonly Float32Array[], size: Size): Promise<Pixels> {
  const { width, height } = size
  const spread = spreadOf(members, width * height)
  const tensor = backend.upload(spread, [1, 1, height, width])
  try {
    return await coloured(backend, tensor, spread, true)
  } finally {
    tensor.release()
  }
}

/** Blue below 0, white at 0, red above (ColorBrewer's RdBu): told apart by every kind of eye. */
const DIVERGING = {
  stops: Float32Array.of(0.13, 0.4, 0.67, 0.97, 0.97, 0.97, 0.7, 0.09, 0.17),
  lookup: 'blend',
} as const

/** A difference, one number per pixel: signed around 0, else from 0 in inferno; `largest` has the last colour. */
export async function renderDifference(
  backend: Backend,
  values: Float32Array,
  { width, height }: Size,
  signed: boolean,
  largest: number,
): Promise<Pixels> {
  const tensor = backend.upload(values, [1, 1, height, width])
  const high = largest > 0 ? largest : 1
  try {
    return await painted(
      backend,
      tensor,
      signed ? { ...DIVERGING, low: -high, high } : { ...colormapOf('inferno', false), low: 0, high },
    )
  } finally {
    tensor.release()
  }
}

function drawn(value: PortValue, values: Float32Array, size: Size, { range }: Display): Pixels {
  const channels = values.length === size.width * size.height ? 1 : 3
  if (range !== undefined && value.kind !== 'latent') {
    const scale = 1 / (range[1] - range[0])
    return rgba(values, size, channels, scale, -range[0] * scale)
  }
  switch (value.kind) {
    case 'latent':
      return latentColours(value, values, size)
    case 'normals':
      return rgba(values, size, 3, 0.5, 0.5)
    case 'image':
      return rgba(values, size, 3, 1, 0)
    default:
      return rgba(values, size, 1, 1, 0)
  }
}

function latentColours({ colours, predicts, noise }: LatentValue, channels: Float32Array, size: Size): Pixels {
  // Noise is of nothing yet. Latents have about unit variance: ±2 fills the range.
  if (colours === undefined || noise !== undefined) return rgba(channels, size, 3, 0.25, 0.5)
  const n = size.width * size.height
  const planes = applyColours(colours, channels, n)
  if (predicts?.modality !== 'depth') return rgba(planes, size, 3, 1, 0)
  // Depth is decoded as the mean of three channels.
  return rgba(
    Float32Array.from({ length: n }, (_, i) => [0, 1, 2].reduce((sum, c) => sum + (planes[c * n + i] ?? 0), 0) / 3),
    size,
    1,
    1,
    0,
  )
}

function shrink(backend: Backend, tensor: Tensor, maxSide: number): Tensor {
  const { width, height } = sizeOf(tensor)
  const scale = maxSide / Math.max(width, height)
  if (scale >= 1) return tensor.retain()
  const to = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  return runKernel(backend, resize, [tensor], { ...to, method: 'bilinear', antialias: true })
}

/** One number per pixel in colours: from 0 to 1, or, when uncertain, to the 95th percentile. */
async function coloured(
  backend: Backend,
  tensor: Tensor,
  values: Float32Array,
  uncertain: boolean,
  { colormap: name = 'magma', invert = false, range }: Display = {},
): Promise<Pixels> {
  const [low, high] = range ?? [0, uncertain ? upper(values) : 1]
  return painted(backend, tensor, { ...colormapOf(name, invert), low, high })
}

function upper(values: Float32Array): number {
  const finite = values.filter(Number.isFinite)
  return (finite.length > 0 && percentile(finite, 95)) || 1
}

async function painted(backend: Backend, tensor: Tensor, colours: ColormapParams): Promise<Pixels> {
  const picture = runKernel(backend, colormap, [tensor], colours)
  try {
    const colours = picture.location === 'cpu' ? picture.data : await backend.read(picture)
    return rgba(colours, sizeOf(picture), 3, 1, 0)
  } finally {
    picture.release()
  }
}

/** Planes (one grey or three colours) × scale + shift, in 0..1, to interleaved bytes. */
function rgba(planes: Float32Array, { width, height }: Size, channels: 1 | 3, scale: number, shift: number): Pixels {
  const pixels = width * height
  const data = new Uint8ClampedArray(4 * pixels)
  const [factor, constant] = [255 * scale, 255 * shift]
  const [green, blue] = channels === 3 ? [pixels, 2 * pixels] : [0, 0]
  for (let i = 0; i < pixels; i++) {
    data[4 * i] = (planes[i] ?? 0) * factor + constant
    data[4 * i + 1] = (planes[green + i] ?? 0) * factor + constant
    data[4 * i + 2] = (planes[blue + i] ?? 0) * factor + constant
    data[4 * i + 3] = 255
  }
  return { width, height, data }
}
