import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckpointStore } from '../../../models/checkpoint/store.ts'
import { openWebGpuRuntime } from '../../../src/onnx/session.ts'
import { openTestBackend } from '../../support/webgpu.ts'
import type { Case } from './case.ts'
import { expectEqual, expectParity } from './parity.ts'
import { caseCheckpoints } from './run-case.ts'

/**
 * Promises that each case gives the reference's numbers on WebGPU. Cases of one checkpoint follow each other: a software
 * GPU compiles the shaders of its sessions for half a minute.
 */
export function describeOnWebGpu(what: string, cases: readonly Case[]): void {
  describe(`${what} on WebGPU`, () => {
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

    for (const of of cases.toSorted((a, b) => checkpoint(a).localeCompare(checkpoint(b))))
      it(of.name, () => (of.modality ? expectEqual : expectParity)(of, checkpoints), 600_000)
  })
}

const checkpoint = ({ components }: Case): string => JSON.stringify(components)
