import { describe } from 'vitest'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { publishedTests } from './support/published-cases.ts'

describe("diffusers' own Marigold depth tests on WebAssembly", () => {
  publishedTests(
    async () => ({
      runtime: await openWasmRuntime({ backend: new CpuBackend(), threads: 2 }),
      close: async () => undefined,
    }),
    { ensembles: true },
  )
})
