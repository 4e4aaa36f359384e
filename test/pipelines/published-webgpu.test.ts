import { describe, vi } from 'vitest'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { openTestBackend } from '../support/webgpu.ts'
import { publishedTests } from './support/published-cases.ts'

// A software adapter takes ten seconds and more for one of these.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })

describe("diffusers' own Marigold depth tests on WebGPU", () => {
  publishedTests(
    async () => {
      const { backend, close } = await openTestBackend()
      return { runtime: await openWebGpuRuntime({ backend }), close }
    },
    { ensembles: false },
  )
})
