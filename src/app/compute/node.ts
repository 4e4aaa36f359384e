import { availableParallelism } from 'node:os'
import { AppError } from '../../base/errors.ts'
import { limited } from '../../onnx/limited.ts'
import { openWasm, openWebGpu, type Compute } from './compute.ts'
import { hasAdapter, leaveWasmUnoptimised, loadDawn } from './dawn.ts'

/**
 * WebGPU by the `webgpu` package (Dawn) where there is a graphics card, else WebAssembly. `webgpu` insists, and takes a
 * software adapter too. `memory`: bytes that the loaded models may take. Throws `cli/no-webgpu` when it was insisted on in vain.
 */
export async function openNodeCompute(choice: 'auto' | 'webgpu' | 'wasm', memory?: number): Promise<Compute> {
  const found = await open(choice)
  return memory === undefined ? found : { ...found, runtime: limited(found.runtime, memory) }
}

async function open(choice: 'auto' | 'webgpu' | 'wasm'): Promise<Compute> {
  if (choice === 'webgpu') {
    const found = await openDawn(true)
    if (typeof found !== 'string') return found
    throw new AppError('cli/no-webgpu', `WebGPU cannot be used here: ${found}`, {
      fix: 'Use --backend wasm, or install a graphics driver.',
    })
  }
  const found = choice === 'wasm' ? undefined : await openCard()
  if (typeof found === 'object') return found
  return openWasm({ threads: Math.min(availableParallelism(), 8), reason: found })
}

/** A graphics card, or why there is none. */
async function openCard(): Promise<Compute | string> {
  try {
    if (!(await hasAdapter())) return 'WebGPU found no graphics adapter that it may use.'
    return await openDawn(false)
  } catch (error) {
    if (error instanceof AppError && error.code === 'cli/no-webgpu') return error.message
    throw error
  }
}

/** What Dawn finds, or why that is not taken. */
async function openDawn(software: boolean): Promise<Compute | string> {
  const found = await openWebGpu({ gpu: await loadDawn(), software })
  if (typeof found !== 'string') leaveWasmUnoptimised()
  return found
}
