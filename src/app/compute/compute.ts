import type { AppError } from '../../base/errors.ts'
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
  /** Frees the device. Sessions are released before. */
  close(): Promise<void>
}

export interface WasmChoice {
  readonly threads: number
  /** Why it is not WebGPU. */
  readonly reason?: string | undefined
  /** As in `RuntimeOptions`. */
  readonly wasmPaths?: string | undefined
}

export async function openWasm({ threads, reason, wasmPaths }: WasmChoice): Promise<Compute> {
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, wasmPaths, threads })
  const adapter = `WebAssembly, ${threads} thread${threads === 1 ? '' : 's'}`
  const info = { backend: 'wasm', adapter, ...(reason !== undefined && { reason }) } as const
  return { backend, runtime, info, close: async () => undefined }
}

export interface WebGpuChoice {
  /** Where to ask for the device: `navigator.gpu` when left out. */
  readonly gpu?: GPU
  /** Takes a software adapter too, although WebAssembly is faster on the same processor. */
  readonly software: boolean
  /** Told when the device is gone for another reason than `close()`. */
  readonly lost?: (error: AppError) => void
  /** As in `RuntimeOptions`. */
  readonly wasmPaths?: string | undefined
}

/** WebGPU, or why there is none. */
export async function openWebGpu({ gpu, software, lost, wasmPaths }: WebGpuChoice): Promise<Compute | string> {
  const found = await requestDevice({ gpu })
  if (found.device === undefined) return found.reason
  if (found.software && !software) {
    found.device.destroy()
    return `The only graphics adapter is ${found.name}, which is slower than WebAssembly.`
  }
  const backend = new GpuBackend(found.device)
  if (lost !== undefined) void found.lost.then(lost)
  const runtime = await openWebGpuRuntime({ backend, wasmPaths })
  const close = async (): Promise<void> => {
    backend.dispose()
    found.device.destroy()
  }
  return { backend, runtime, info: { backend: 'webgpu', adapter: `${found.name} (WebGPU)` }, close }
}
