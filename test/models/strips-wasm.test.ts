import { describe, vi } from 'vitest'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { stripsTests } from './support/strips.ts'

vi.setConfig({ testTimeout: 60_000 })

describe('strips of the VAE on wasm', () => {
  stripsTests(async () => {
    const runtime = await openWasmRuntime({ backend: new CpuBackend(), threads: 2 })
    return { runtime, close: async () => undefined }
  }, [
    { checkpoint: 'test/fixtures/checkpoints/tiny-ddim-trailing', strips: [{ count: 7, levels: 2 }] },
    { checkpoint: 'models/marigold-nano', strips: [{ count: 3, levels: 3 }] },
  ])
})
