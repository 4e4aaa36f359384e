import { noiseGenerator, type NoiseGenerator, type NoiseKind } from '../../src/base/rng/noise.ts'

/** Where the first noise of a member came from. */
export interface NoiseSource {
  readonly generator: NoiseKind
  readonly seed: number
  readonly member: number
  /** Members that were drawn at once; left out, this one is not to depend on how many there are. */
  readonly drawn?: number
}

/**
 * The generator from which a member draws noise of `n` values during denoising (LCM, DDIM with η > 0), `draws` times.
 *
 * Of members drawn at once it is the generator that drew them: it goes on with the noise of member 0, then of member 1
 * and so on, as diffusers does with batch size 1 (larger batches change its noise). Otherwise member 0 goes on with the
 * generator of its first noise, as diffusers does for an ensemble of one; the others have generators of their own, seeded
 * by (seed + member · 2654435769) mod 2³² (the golden ratio, so that near seeds do not meet), so that a member does not
 * change when others are added. Zeros draw from torch's CPU generator, from its start.
 */
export function stepNoise(source: NoiseSource, n: number, draws: number): NoiseGenerator {
  const { generator, seed, member, drawn } = source
  const kind = generator === 'zeros' ? 'torch-cpu' : generator
  if (drawn === undefined && member > 0) {
    return noiseGenerator(kind, (seed + Math.imul(member, 0x9e3779b9)) >>> 0)
  }
  const continued = noiseGenerator(kind, seed)
  if (generator !== 'zeros') continued.part(n * (drawn ?? 1), 0, 0)
  for (let before = draws * member; before > 0; before--) continued.part(n, 0, 0)
  return continued
}
