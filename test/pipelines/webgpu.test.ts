import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { openTestBackend } from '../support/webgpu.ts'
import { expectParity } from './support/parity.ts'

/** A software GPU compiles shaders for seconds for each shape: one case of each kind. */
const cases = [
  'ddim-trailing-n3',
  'lcm-n4',
  'tiny-vae-size-72',
  'ensemble-5-median-agreeing',
  'resample-in-bicubic-down',
  'resample-out-area-up',
]

describe('graphs equal MarigoldDepthPipeline on WebGPU', () => {
  let runtime: OnnxRuntime
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await openTestBackend()
    close = opened.close
    runtime = await openWebGpuRuntime({ backend: opened.backend })
  })
  afterAll(async () => {
    expect(runtime.backend.bytes).toBe(0)
    await close()
  })

  for (const name of cases) it(name, () => expectParity(name, runtime), 600_000)
})
