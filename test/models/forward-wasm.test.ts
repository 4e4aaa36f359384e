import { describe } from 'vitest'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { forwardTests } from './support/forward.ts'

describe('models on wasm', () => {
  forwardTests(async () => {
    const runtime = await openWasmRuntime({ backend: new CpuBackend(), threads: 2 })
    return { runtime, close: async () => undefined }
  })
})
