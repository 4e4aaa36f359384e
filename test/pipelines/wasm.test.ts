import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckpointStore } from '../../models/checkpoint/store.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { expectNormals, expectParity, recordedCases } from './support/parity.ts'
import { caseCheckpoints } from './support/run-case.ts'

const cases = await recordedCases()
const normals = await recordedCases('normals')

describe('graphs equal MarigoldDepthPipeline and MarigoldNormalsPipeline on WebAssembly', () => {
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
  for (const of of normals) it(of.name, () => expectNormals(of, checkpoints))
})
