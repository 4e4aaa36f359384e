import { availableParallelism } from 'node:os'
import { AppError } from '../../base/errors.ts'
import type { BackendInfo } from '../../engine/events.ts'
import { GpuBackend } from '../../gpu/backend.ts'
import { requestDevice } from '../../gpu/device.ts'
import type { OnnxRuntime } from '../../onnx/runtime.ts'
import { openWasmRuntime, openWebGpuRuntime } from '../../onnx/session.ts'
import { CpuBackend } from '../../tensor/cpu.ts'
import type { Backend } from '../../tensor/tensor.ts'

export interface NodeCompute {
  readonly backend: Backend
  readonly runtime: OnnxRuntime
  readonly info: BackendInfo
  close(): Promise<void>
}

/**
 * WebGPU by the `webgpu` package (Dawn) where there is a graphics card, else WebAssembly. `webgpu` insists, and takes a
 * software adapter too. Throws `cli/no-webgpu` when it was insisted on in vain.
 */
export async function openNodeCompute(choice: 'auto' | 'webgpu' | 'wasm'): Promise<NodeCompute> {
  if (choice === 'wasm') return openWasm(undefined)
  const found = await openDawn(choice === 'webgpu')
  if (typeof found !== 'string') return found
  if (choice === 'auto') return openWasm(found)
  throw new AppError('cli/no-webgpu', `WebGPU cannot be used here: ${found}`, {
    fix: 'Use --backend wasm, or install a graphics driver.',
  })
}

async function openWasm(reason: string | undefined): Promise<NodeCompute> {
  const threads = Math.min(availableParallelism(), 8)
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend, threads })
  const adapter = `WebAssembly, ${threads} thread${threads === 1 ? '' : 's'}`
  const info = { backend: 'wasm', adapter, ...(reason !== undefined && { reason }) } as const
  return { backend, runtime, info, close: async () => undefined }
}

/** A device of Dawn's, or why there is none. */
async function openDawn(software: boolean): Promise<NodeCompute | string> {
  const gpu = await loadDawn()
  if (typeof gpu === 'string') return gpu
  const found = await requestDevice({ gpu })
  if (found.device === undefined) return found.reason
  if (found.software && !software) {
    found.device.destroy()
    return `The only graphics adapter is ${found.name}, which is slower than WebAssembly.`
  }
  const backend = new GpuBackend(found.device)
  const runtime = await openWebGpuRuntime({ backend })
  const close = async (): Promise<void> => {
    backend.dispose()
    found.device.destroy()
  }
  return { backend, runtime, info: { backend: 'webgpu', adapter: `${found.name} (WebGPU)` }, close }
}

/** onnxruntime-web looks for `navigator.gpu` and the WebGPU globals when it is first imported. */
async function loadDawn(): Promise<GPU | string> {
  try {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    const gpu = create([])
    const home = (globalThis as { navigator?: object }).navigator ?? {}
    Object.defineProperty(home, 'gpu', { value: gpu, configurable: true })
    Object.defineProperty(globalThis, 'navigator', { value: home, configurable: true })
    return gpu
  } catch (error) {
    return `The webgpu package could not be loaded (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}).`
  }
}
