import { expect } from 'vitest'
import type { CheckpointStore } from '../../../models/checkpoint/store.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference } from '../../support/fixtures.ts'
import type { Case } from './case.ts'
import { runCase } from './run-case.ts'

const SINGLE = { latent: 5e-4, member: 1e-4 }
/** A U-Net from half-precision files computes in half precision where the adapter can. */
const HALF = { latent: 3e-2, member: 5e-3 }
const ENSEMBLE = 5e-3
/** 10⁻⁴ of the range, which is −1..1 for normals and 0..1 for the rest. */
const UNALIGNED = { normals: 2e-4, appearance: 1e-4, lighting: 1e-4 }

/** Every recorded call of the depth pipeline, or of another. */
export async function recordedCases(
  index: 'index' | 'halves' | 'normals' | 'intrinsics' = 'index',
): Promise<readonly Case[]> {
  const { cases } = await fixtureJson<{ readonly cases: readonly string[] }>(`pipelines/${index}.json`)
  return Promise.all(cases.map((name) => fixtureJson<Case>(`pipelines/${name}.json`)))
}

/**
 * Asks of a case of MarigoldNormalsPipeline or MarigoldIntrinsicsPipeline every number that it gave: nothing is searched
 * there. The uncertainty of normals is looser, since arccos of a cosine near 1, which the reference takes in float32, is
 * off by up to 3.5e-4 (over π).
 */
export async function expectEqual(of: Case, checkpoints: CheckpointStore): Promise<void> {
  const expected = await fixtureTensors(`pipelines/${of.tensors}`)
  const result = await runCase(of, checkpoints)
  const tolerance = UNALIGNED[of.modality ?? 'normals']
  expectRows(result.latents, await expected.f32('latent'), SINGLE.latent)
  if (of.ensemble_size > 1) {
    expectRows(result.members, await expected.f32('trace.members'), tolerance)
    expect(maxAbsDifference(result.uncertainty, await expected.f32('uncertainty'))).toBeLessThan(2e-4)
  }
  expect(maxAbsDifference(result.prediction, await expected.f32('prediction'))).toBeLessThan(tolerance)
}

/**
 * Asks of a case all that the reference itself can be held to (test/reference/README.md, "Ensembles"): every member and
 * its latent; the whole where the reference does not depend on its own rounding noise.
 */
export async function expectParity(of: Case, checkpoints: CheckpointStore): Promise<void> {
  const expected = await fixtureTensors(`pipelines/${of.tensors}`)
  const result = await runCase(of, checkpoints)
  const half = checkpoints.runtime.half && of.variant === 'fp16'
  const tolerance = half ? HALF : SINGLE
  const prediction = half && expected.names.includes('half.prediction') ? 'half.prediction' : 'prediction'
  expectRows(result.latents, await expected.f32('latent'), tolerance.latent)
  if (expected.names.includes('trace.members'))
    expectRows(result.members, await expected.f32('trace.members'), tolerance.member)
  if (of.ensemble_size === 1) {
    expect(maxAbsDifference(result.prediction, await expected.f32(prediction))).toBeLessThan(tolerance.member)
    return
  }
  const agreeing = of.name.endsWith('-agreeing')
  // Shifts cancel in the mean, but not in its deviation.
  if (agreeing || of.ensembling['reduction'] === 'mean') {
    expect(maxAbsDifference(result.prediction, await expected.f32('prediction'))).toBeLessThan(ENSEMBLE)
  }
  if (agreeing) expect(maxAbsDifference(result.uncertainty, await expected.f32('uncertainty'))).toBeLessThan(ENSEMBLE)
}

/** Members against what was recorded of them all, one after the other. */
export function expectRows(rows: readonly Float32Array[], all: Float32Array, tolerance: number): void {
  const n = all.length / rows.length
  rows.forEach((row, i) => expect(maxAbsDifference(row, all.slice(n * i, n * (i + 1)))).toBeLessThan(tolerance))
}
