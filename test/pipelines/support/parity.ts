import { expect } from 'vitest'
import type { CheckpointStore } from '../../../models/checkpoint/store.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference } from '../../support/fixtures.ts'
import type { Case } from './case.ts'
import { runCase } from './run-case.ts'

const MEMBER = 1e-4
const ENSEMBLE = 5e-3

/** Recorded calls on one picture; in the others two share one draw of noise, and a graph has a run per picture. */
export async function casesOfOnePicture(): Promise<readonly Case[]> {
  const { cases } = await fixtureJson<{ readonly cases: readonly string[] }>('pipelines/index.json')
  const single = cases.filter((name) => !name.includes('two-images'))
  return Promise.all(single.map((name) => fixtureJson<Case>(`pipelines/${name}.json`)))
}

/**
 * Asks of a case all that the reference itself can be held to (test/reference/README.md, "Ensembles"): every member and
 * its latent; the whole where the reference does not depend on its own rounding noise.
 */
export async function expectParity(of: Case, checkpoints: CheckpointStore): Promise<void> {
  const expected = await fixtureTensors(`pipelines/${of.tensors}`)
  const result = await runCase(of, checkpoints)
  const rows = async (tensor: string): Promise<readonly Float32Array[]> => {
    const all = await expected.f32(tensor)
    const n = all.length / of.ensemble_size
    return Array.from({ length: of.ensemble_size }, (_, i) => all.slice(n * i, n * (i + 1)))
  }
  if (expected.names.includes('latent')) await expectRows(result.latents, await rows('latent'), 5e-4)
  if (expected.names.includes('trace.members')) await expectRows(result.members, await rows('trace.members'), MEMBER)
  if (of.ensemble_size === 1) {
    expect(maxAbsDifference(result.depth, await expected.f32('prediction'))).toBeLessThan(MEMBER)
    return
  }
  const agreeing = of.name.endsWith('-agreeing')
  // Shifts cancel in the mean, but not in its deviation.
  if (agreeing || of.ensembling['reduction'] === 'mean') {
    expect(maxAbsDifference(result.depth, await expected.f32('prediction'))).toBeLessThan(ENSEMBLE)
  }
  if (agreeing) expect(maxAbsDifference(result.uncertainty, await expected.f32('uncertainty'))).toBeLessThan(ENSEMBLE)
}

async function expectRows(
  got: readonly Float32Array[],
  wanted: readonly Float32Array[],
  tolerance: number,
): Promise<void> {
  expect(got.length).toBe(wanted.length)
  got.forEach((row, i) => expect(maxAbsDifference(row, wanted[i] ?? [])).toBeLessThan(tolerance))
}
