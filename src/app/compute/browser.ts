import { plainError, type PlainError } from '../../base/errors.ts'
import { openWasm, openWebGpu, type Compute } from './compute.ts'

/**
 * WebGPU where there is an adapter, else WebAssembly, saying why. A software adapter counts as none, since WebAssembly is
 * faster on the same processor, unless `choice` is `webgpu`. `wasm` asks for no adapter.
 */
export async function openBrowserCompute(
  choice: string,
  wasmPaths: string,
  lost: (error: PlainError) => void,
): Promise<Compute> {
  const threads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 8) : 1
  const wasm = (reason: string): Promise<Compute> => openWasm({ threads, reason, wasmPaths })
  if (choice === 'wasm') return wasm('The processor was chosen.')
  const found = await openWebGpu({
    software: choice === 'webgpu',
    lost: (error) => lost(plainError(error)),
    wasmPaths,
  })
  return typeof found === 'string' ? wasm(found) : found
}
