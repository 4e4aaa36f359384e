import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckpointStore } from '../../models/checkpoint/store.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { openTestBackend } from '../support/webgpu.ts'
import type { Case } from './support/case.ts'
import { expectEqual, expectParity, recordedCases } from './support/parity.ts'
import { caseCheckpoints } from './support/run-case.ts'

/** Cases of one checkpoint follow each other: a software GPU compiles the shaders of its sessions for half a minute. */
const cases = [
  ...(await recordedCases()),
  ...(await recordedCases('normals')),
  ...(await recordedCases('intrinsics')),
].toSorted((a, b) => checkpoint(a).localeCompare(checkpoint(b)))

describe('graphs equal diffusers’ Marigold pipelines on WebGPU', () => {
  let checkpoints: CheckpointStore
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await openTestBackend()
    close = opened.close
    checkpoints = caseCheckpoints(await openWebGpuRuntime({ backend: opened.backend }))
  })
  afterAll(async () => {
    await checkpoints.close()
    expect(checkpoints.runtime.backend.bytes).toBe(0)
    await close()
  })

  for (const of of cases) it(of.name, () => (of.modality ? expectEqual : expectParity)(of, checkpoints), 600_000)
})

function checkpoint({ components }: Case): string {
  return JSON.stringify(components)
}
