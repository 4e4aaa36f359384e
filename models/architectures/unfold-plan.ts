import type { AutoencoderKlConfig } from './autoencoder-config.ts'
import type { LatentSize, StripPlan } from './strip-plan.ts'
import type { UnetConfig } from './unet-config.ts'
import { worthUnfolding } from './unfolded-conv.ts'

/** Bytes that an unfolded picture may take: beyond, a convolution that takes longer is better than memory that is not there. */
const MOST = 2 ** 30

/** Whether the U-Net's convolutions are unfolded for latents of a size, where no tensor may have more than `limit` bytes. */
export function unetUnfolds(
  { channels }: Pick<UnetConfig, 'channels'>,
  { batch, height, width }: LatentSize,
  limit: number,
): boolean {
  const sizes = channels.map((own, level) => {
    // The up path joins what comes from below with what was left on the way down.
    const most = own + Math.max(own, channels[level + 1] ?? own)
    const places = Math.ceil(height / 2 ** level) * Math.ceil(width / 2 ** level)
    return unfoldedBytes(most, own, batch * places)
  })
  return Math.max(...sizes) <= Math.min(limit, MOST)
}

/** The same of one half of the VAE; in strips, which have little memory, nothing is unfolded. */
export function vaeUnfolds(
  { channels }: Pick<AutoencoderKlConfig, 'channels'>,
  part: 'encoder' | 'decoder',
  { batch, height, width }: LatentSize,
  strips: StripPlan,
  limit: number,
): boolean {
  if (strips.count > 1) return false
  const sizes = channels.map((own, i) => {
    const factor = 2 ** (channels.length - 1 - i)
    const before = channels[part === 'decoder' ? i + 1 : i - 1] ?? own
    const most = Math.max(own, before)
    return unfoldedBytes(most, own, batch * Math.ceil((height * factor) / unfoldTiles(factor)) * width * factor)
  })
  return Math.max(...sizes) <= Math.min(limit, MOST)
}

/** Parts in which a level of the VAE is unfolded that is so many times as large as the latent: one for each of its rows there. */
export const unfoldTiles = (factor: number): number => factor

const unfoldedBytes = (channels: number, out: number, places: number): number =>
  worthUnfolding({ in: channels, out, kernel: 3 }) ? 4 * 9 * channels * places : 0
