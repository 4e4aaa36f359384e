import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { allCases, expectParity, ofOnePicture } from './support/parity.ts'

const cases = (await allCases()).filter(ofOnePicture)

describe('graphs equal MarigoldDepthPipeline on WebAssembly', () => {
  let runtime: OnnxRuntime
  beforeAll(async () => {
    runtime = await openWasmRuntime({ backend: new CpuBackend(), threads: 2 })
  })
  afterAll(() => expect(runtime.backend.bytes).toBe(0))

  it('covers most of what diffusers was recorded with', () => expect(cases.length).toBeGreaterThan(50))

  for (const name of cases) it(name, () => expectParity(name, runtime))
})
