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

const MiB = 2 ** 20

/**
 * WebGPU where there is an adapter, else WebAssembly, saying why. A software adapter counts as none: it is slower than
 * WebAssembly on the same processor. `?backend=webgpu` in the page's address takes it all the same.
 */
export async function openBrowserCompute(
  wasmPaths: string,
  lost: (error: PlainError) => void,
  insist = false,
): Promise<Compute> {
  const found = await requestDevice()
  if (found.device !== undefined && (insist || !found.software)) {
    const backend = new GpuBackend(found.device)
    void found.lost.then((error) => lost(plainError(error)))
    const runtime = await openWebGpuRuntime({ backend, wasmPaths })
    return { backend, runtime, info: { backend: 'webgpu', adapter: `${found.name} (WebGPU)` }, cacheBytes: 1024 * MiB }
  }
  const reason =
    found.device === undefined
      ? found.reason
      : `The only graphics adapter is ${found.name}, which is slower than WebAssembly.`
  const threads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 8) : 1
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, wasmPaths, threads })
  const adapter = `WebAssembly, ${threads} thread${threads === 1 ? '' : 's'}`
  return { backend, runtime, info: { backend: 'wasm', adapter, reason }, cacheBytes: 1024 * MiB }
}
