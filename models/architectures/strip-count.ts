import type { AutoencoderKlConfig } from './autoencoder-config.ts'

/** Members decoded or encoded at once, and the cells of their latents. */
export interface LatentSize {
  readonly batch: number
  readonly height: number
  readonly width: number
}

/** Rows that a strip takes in beside its own at most: two of what is doubled, above and below. */
const NEIGHBOURS = 4

/** Bytes of the largest tensor of a half of the VAE in float32, beside those of the latent's size, in `strips` strips. */
export function largestTensor(
  { channels }: AutoencoderKlConfig,
  part: 'encoder' | 'decoder',
  { batch, height, width }: LatentSize,
  strips: number,
): number {
  const cells = Math.ceil(height / strips)
  const levels = channels.slice(0, -1).map((own, i) => {
    const factor = 2 ** (channels.length - 1 - i)
    // A level begins with what comes from the level before it: below in the decoder, above in the encoder.
    const before = channels[part === 'decoder' ? i + 1 : i - 1] ?? own
    const rows = cells * factor + (strips === 1 ? 0 : NEIGHBOURS)
    return 4 * batch * Math.max(own, before) * rows * width * factor
  })
  return Math.max(0, ...levels)
}

/** The least number of strips in which no tensor has more than `limit` bytes; undefined where even one row has more. */
export function stripCount(
  config: AutoencoderKlConfig,
  part: 'encoder' | 'decoder',
  size: LatentSize,
  limit: number,
): number | undefined {
  for (let strips = 1; strips <= size.height; strips++) {
    if (largestTensor(config, part, size, strips) <= limit) return strips
  }
  return undefined
}
