import type { CheckpointFolder } from '../../../models/checkpoint/folder.ts'
import { forecastMemory, type MemoryForecast } from '../../../models/checkpoint/memory.ts'
import { HEAP_TENSOR } from '../../../models/checkpoint/vae-half.ts'
import { byteText } from '../../base/byte-text.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { HEAP } from '../../onnx/runtime.ts'
import { cellsOf, fits } from '../memory-need.ts'

/** Bytes that a checkpoint takes for a square picture of the graph's processing resolution, one member at a time. */
export interface MemoryNeeds {
  /** Pixels. */
  readonly side: number
  readonly webgpu: number
  readonly wasm: number
  /** Whether every part of it fits in WebAssembly. */
  readonly fitsWasm: boolean
}

/** What every WebGPU device can bind at once, in bytes. */
const EVERY_BINDING = 2 ** 27

export async function memoryNeeds(
  folder: CheckpointFolder,
  document: GraphDocument,
  signal: AbortSignal,
): Promise<MemoryNeeds> {
  const cells = cellsOf(folder, document)
  const forecast = (target: 'wasm' | 'webgpu'): Promise<MemoryForecast> => {
    const device = { target, half: target === 'webgpu', tensor: target === 'wasm' ? HEAP_TENSOR : EVERY_BINDING }
    return forecastMemory(folder, device, { batch: 1, height: cells, width: cells }, signal)
  }
  const [webgpu, wasm] = [await forecast('webgpu'), await forecast('wasm')]
  return { side: cells * folder.config.factor, webgpu: webgpu.total, wasm: wasm.total, fitsWasm: fits(wasm, HEAP) }
}

/** "about 4.4 GB of memory on WebGPU ..." */
export function memoryText({ side, webgpu, wasm, fitsWasm }: MemoryNeeds): string {
  const onWasm = fitsWasm ? byteText(wasm) : `${byteText(wasm)}, too much,`
  return `about ${byteText(webgpu)} of memory on WebGPU and ${onWasm} on WebAssembly for ${side} × ${side} px`
}
