import { describe, vi } from 'vitest'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { openTestBackend } from '../support/webgpu.ts'
import { stripsTests } from './support/strips.ts'

// A software adapter compiles its shaders here, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

describe('strips of the VAE on WebGPU', () => {
  stripsTests(async () => {
    const { backend, close } = await openTestBackend()
    return { runtime: await openWebGpuRuntime({ backend }), close }
  }, [{ checkpoint: 'test/fixtures/checkpoints/tiny-lcm', strips: [{ count: 3, levels: 2 }] }])
})
