import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckpointStore } from '../../models/checkpoint/store.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { expectEqual, expectParity, recordedCases } from './support/parity.ts'
import { caseCheckpoints } from './support/run-case.ts'

const cases = [...(await recordedCases()), ...(await recordedCases('halves'))]
const others = [...(await recordedCases('normals')), ...(await recordedCases('intrinsics'))]

describe('graphs equal diffusers’ Marigold pipelines on WebAssembly', () => {
  let checkpoints: CheckpointStore
  beforeAll(async () => {
    checkpoints = caseCheckpoints(await openWasmRuntime({ backend: new CpuBackend(), threads: 2 }))
  })
  afterAll(async () => {
    await checkpoints.close()
    expect(checkpoints.runtime.backend.bytes).toBe(0)
  })

  it('covers most of what diffusers was recorded with', () => expect(cases.length).toBeGreaterThan(50))

  for (const of of cases) it(of.name, () => expectParity(of, checkpoints))
  for (const of of others) it(of.name, () => expectEqual(of, checkpoints))
})
