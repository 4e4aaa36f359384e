import type { AutoencoderKlConfig } from './autoencoder-config.ts'

/** How much of the VAE is computed in strips. */
export interface StripPlan {
  /** Strips, at most as many as the latent has rows; 1 cuts nothing. */
  readonly count: number
  /**
   * Levels that are cut, from the full size down, at most all but the latent's own. The runtime keeps the weights of these
   * once for each strip; those of the larger levels are small.
   */
  readonly levels: number
}

/** Members decoded or encoded at once, and the cells of their latents. */
export interface LatentSize {
  readonly batch: number
  readonly height: number
  readonly width: number
}

type Part = 'encoder' | 'decoder'

/** Rows that a strip takes in beside its own at most: two of what is doubled, above and below. */
const NEIGHBOURS = 4

/** Bytes of the largest tensor of each level in float32, from the full size down, without the latent's, in `count` strips. */
export function largestTensors(
  { channels }: AutoencoderKlConfig,
  part: Part,
  { batch, height, width }: LatentSize,
  count: number,
): readonly number[] {
  const cells = Math.ceil(height / count)
  return channels.slice(0, -1).map((own, i) => {
    const factor = 2 ** (channels.length - 1 - i)
    // A level begins with what comes from the level before it: below in the decoder, above in the encoder.
    const before = channels[part === 'decoder' ? i + 1 : i - 1] ?? own
    const rows = cells * factor + (count === 1 ? 0 : NEIGHBOURS)
    return 4 * batch * Math.max(own, before) * rows * width * factor
  })
}

/**
 * The least number of levels and strips in which no tensor has more than `limit` bytes; undefined where even one row of
 * cells has more.
 */
export function stripPlan(
  config: AutoencoderKlConfig,
  part: Part,
  size: LatentSize,
  limit: number,
): StripPlan | undefined {
  const levels = 1 + largestTensors(config, part, size, 1).findLastIndex((bytes) => bytes > limit)
  for (let count = 1; count <= size.height; count++) {
    if (Math.max(0, ...largestTensors(config, part, size, count)) <= limit) return { count, levels }
  }
  return undefined
}
