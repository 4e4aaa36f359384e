import { describe, vi } from 'vitest'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { openTestBackend } from '../support/webgpu.ts'
import { forwardTests } from './support/forward.ts'

// A software adapter compiles some hundred shaders here, on a machine that may be busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })

describe('models on WebGPU', () => {
  forwardTests(
    async () => {
      const { backend, close } = await openTestBackend()
      return { runtime: await openWebGpuRuntime({ backend }), close }
    },
    {
      unets: ['tiny-ddim-leading'],
      others: ['tiny-lcm', 'tiny-ddim-leading'],
      unetCases: (name) => name.includes('.odd.b2'),
    },
  )
})
