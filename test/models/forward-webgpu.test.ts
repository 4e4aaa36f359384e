import { describe } from 'vitest'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { openTestBackend } from '../support/webgpu.ts'
import { forwardTests } from './support/forward.ts'

describe('models on WebGPU', () => {
  forwardTests(async () => {
    const { backend, close } = await openTestBackend()
    return { runtime: await openWebGpuRuntime({ backend }), close }
  })
})
