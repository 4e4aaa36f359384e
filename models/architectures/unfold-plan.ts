import type { Capacity } from '../../src/onnx/runtime.ts'
import type { LatentSize } from './strip-plan.ts'
import type { UnetConfig } from './unet-config.ts'
import { worthUnfolding } from './unfolded-conv.ts'

/** Bytes that an unfolded picture may take: beyond, a convolution that takes longer is better than memory that is not there. */
const MOST = 2 ** 30

/**
 * Parts in which a level of the U-Net is unfolded, 0 being the latent's own: the runtime keeps buffers of up to 160 MiB for
 * the next step and makes larger ones anew.
 */
export const unfoldTiles = (level: number): number => (level === 0 ? 2 : 1)

/** What decides it of where the U-Net runs; a MemoryDevice is one. */
type UnfoldingDevice = Pick<Capacity, 'tensor' | 'memory'> & { readonly target: 'wasm' | 'webgpu' }

/**
 * Whether the U-Net's convolutions are unfolded for latents of a size: on WebGPU, where what is unfolded fits in a tensor,
 * and nobody has limited the memory of models.
 */
export function unetUnfolds(
  { channels }: Pick<UnetConfig, 'channels'>,
  { batch, height, width }: LatentSize,
  { target, tensor, memory }: UnfoldingDevice,
): boolean {
  if (target !== 'webgpu' || memory < Infinity || height < unfoldTiles(0)) return false
  const sizes = channels.map((own, level) => {
    // The up path joins what comes from below with what was left on the way down.
    const most = own + Math.max(own, channels[level + 1] ?? own)
    if (!worthUnfolding({ in: most, out: own, kernel: 3 })) return 0
    const rows = Math.ceil(Math.ceil(height / 2 ** level) / unfoldTiles(level))
    return 4 * 9 * most * batch * rows * Math.ceil(width / 2 ** level)
  })
  return Math.max(...sizes) <= Math.min(tensor, MOST)
}
