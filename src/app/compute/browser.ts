import { plainError, type PlainError } from '../../base/errors.ts'
import type { BackendInfo } from '../../engine/events.ts'
import { GpuBackend } from '../../gpu/backend.ts'
import { requestDevice } from '../../gpu/device.ts'
import type { OnnxRuntime } from '../../onnx/runtime.ts'
import { openWasmRuntime, openWebGpuRuntime } from '../../onnx/session.ts'
import { CpuBackend } from '../../tensor/cpu.ts'
import type { Backend } from '../../tensor/tensor.ts'

/** What computes: tensors and kernels in `backend`, models in `runtime`. */
export interface Compute {
  readonly backend: Backend
  readonly runtime: OnnxRuntime
  readonly info: BackendInfo
  /** Bytes of results to keep for later runs. */
  readonly cacheBytes: number
}

const cacheBytes = 2 ** 30

/**
 * WebGPU where there is an adapter, else WebAssembly, saying why. A software adapter counts as none, since WebAssembly is
 * faster on the same processor, unless `choice` is `webgpu`. `wasm` asks for no adapter.
 */
export async function openBrowserCompute(
  choice: string,
  wasmPaths: string,
  lost: (error: PlainError) => void,
): Promise<Compute> {
  if (choice === 'wasm') return openWasm(wasmPaths, 'The address of this page asks for WebAssembly.')
  const found = await requestDevice()
  if (found.device === undefined) return openWasm(wasmPaths, found.reason)
  if (found.software && choice !== 'webgpu') {
    found.device.destroy()
    return openWasm(wasmPaths, `The only graphics adapter is ${found.name}, which is slower than WebAssembly.`)
  }
  const backend = new GpuBackend(found.device)
  void found.lost.then((error) => lost(plainError(error)))
  const runtime = await openWebGpuRuntime({ backend, wasmPaths })
  return { backend, runtime, info: { backend: 'webgpu', adapter: `${found.name} (WebGPU)` }, cacheBytes }
}

async function openWasm(wasmPaths: string, reason: string): Promise<Compute> {
  const threads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 8) : 1
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, wasmPaths, threads })
  const adapter = `WebAssembly, ${threads} thread${threads === 1 ? '' : 's'}`
  return { backend, runtime, info: { backend: 'wasm', adapter, reason }, cacheBytes }
}
