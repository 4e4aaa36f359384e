import type { Pixels } from '../engine/previews.ts'
import { runKernel } from '../gpu/kernel.ts'
import { colormap } from '../gpu/kernels/colormap.ts'
import { resize } from '../gpu/kernels/resize.ts'
import { sizeOf, type LatentValue, type PortValue, type Size } from '../node/values.ts'
import { colormapOf } from '../tensor/colormap.ts'
import { applyColours } from '../tensor/latent-colours.ts'
import { percentile } from '../tensor/percentile.ts'
import type { Backend, Tensor } from '../tensor/tensor.ts'

/**
 * A value as 8-bit RGBA whose longer side is at most `maxSide`: pictures as they are, depth and masks in grey (black 0,
 * white 1), uncertainty from 0 to its 95th percentile in magma, normals −1..1 as 0..1, latents as what they would be decoded to, roughly.
 * Shrinks where the tensor is, so that only what is shown is read back.
 */
export async function renderPreview(backend: Backend, value: PortValue, maxSide: number): Promise<Pixels> {
  if (!('tensor' in value)) throw new Error(`A value of kind ${value.kind} has no picture.`)
  const small = shrink(backend, value.tensor, maxSide)
  try {
    const { width, height } = sizeOf(small)
    const values = await backend.read(small)
    switch (value.kind) {
      case 'uncertainty':
        return await coloured(backend, small, percentile(values, 95))
      case 'latent':
        return latentColours(value, values, { width, height })
      case 'normals':
        return rgba(values, { width, height }, 3, 0.5, 0.5)
      case 'image':
        return rgba(values, { width, height }, 3, 1, 0)
      default:
        return rgba(values, { width, height }, 1, 1, 0)
    }
  } finally {
    small.release()
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

async function coloured(backend: Backend, tensor: Tensor, high: number): Promise<Pixels> {
  const picture = runKernel(backend, colormap, [tensor], {
    ...colormapOf('magma', false),
    low: 0,
    high: high > 0 ? high : 1,
  })
  try {
    return rgba(await backend.read(picture), sizeOf(picture), 3, 1, 0)
  } finally {
    picture.release()
  }
}

/** Planes (one grey or three colours) × scale + shift, in 0..1, to interleaved bytes. */
function rgba(planes: Float32Array, { width, height }: Size, channels: 1 | 3, scale: number, shift: number): Pixels {
  const pixels = width * height
  const data = new Uint8ClampedArray(4 * pixels)
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++)
      data[4 * i + c] = 255 * ((planes[channels === 3 ? c * pixels + i : i] ?? 0) * scale + shift)
    data[4 * i + 3] = 255
  }
  return { width, height, data }
}
