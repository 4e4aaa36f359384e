import { noiseGenerator, type NoiseGenerator, type NoiseKind } from '../../src/base/rng/noise.ts'

/** Where the first noise of a member came from. */
export interface NoiseSource {
  readonly generator: NoiseKind
  readonly seed: number
  readonly member: number
}

/**
 * The generator from which a member draws noise during denoising (LCM, DDIM with η > 0). Member 0 goes on with the
 * generator that drew its first `n` values, exactly as diffusers does for an ensemble of one. Other members have
 * generators of their own, seeded by (seed + member · 2654435769) mod 2³² (the golden ratio, so that near seeds do not
 * meet): in diffusers their noise depends on the batch size. Zeros draw from torch's CPU generator, from its start.
 */
export function stepNoise({ generator, seed, member }: NoiseSource, n: number): NoiseGenerator {
  const kind = generator === 'zeros' ? 'torch-cpu' : generator
  if (member > 0) return noiseGenerator(kind, (seed + Math.imul(member, 0x9e3779b9)) >>> 0)
  const continued = noiseGenerator(kind, seed)
  if (generator !== 'zeros') continued.part(n, 0, 0)
  return continued
}
