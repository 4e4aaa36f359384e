import type { CheckpointFolder } from '../../../models/checkpoint/folder.ts'
import { forecastMemory, type MemoryForecast } from '../../../models/checkpoint/memory.ts'
import { HEAP_TENSOR } from '../../../models/checkpoint/vae-half.ts'
import { byteText } from '../../base/byte-text.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { HEAP } from '../../onnx/runtime.ts'

/** Bytes that a checkpoint takes for a square picture of the graph's processing resolution, one member at a time. */
export interface MemoryNeeds {
  /** Pixels. */
  readonly side: number
  readonly webgpu: number
  readonly wasm: number
  /** Whether every part of it fits in WebAssembly. */
  readonly fitsWasm: boolean
}

/** diffusers' resolution for checkpoints that name none. */
const USUAL = 768

/** What every WebGPU device can bind at once, in bytes. */
const EVERY_BINDING = 2 ** 27

export async function memoryNeeds(
  folder: CheckpointFolder,
  document: GraphDocument,
  signal: AbortSignal,
): Promise<MemoryNeeds> {
  const { factor, model } = folder.config
  const asked = document.nodes.map(({ type, params, bypass }) =>
    type === 'image/fit-resolution' && !bypass ? params['resolution'] : null,
  )
  const set = asked.filter((value): value is number => typeof value === 'number' && value > 0)
  const resolution = set.length > 0 ? Math.max(...set) : (model?.defaultResolution ?? USUAL)
  const cells = Math.ceil(resolution / factor)
  const forecast = (target: 'wasm' | 'webgpu'): Promise<MemoryForecast> => {
    const device = { target, half: target === 'webgpu', tensor: target === 'wasm' ? HEAP_TENSOR : EVERY_BINDING }
    return forecastMemory(folder, device, { batch: 1, height: cells, width: cells }, signal)
  }
  const [webgpu, wasm] = [await forecast('webgpu'), await forecast('wasm')]
  const fitsWasm = Object.values(wasm.parts).every(
    ({ weights, activations }) => weights <= HEAP.weights && weights + activations <= HEAP.memory,
  )
  return { side: cells * factor, webgpu: webgpu.total, wasm: wasm.total, fitsWasm }
}

/** "about 4.4 GB of memory on WebGPU ..." */
export function memoryText({ side, webgpu, wasm, fitsWasm }: MemoryNeeds): string {
  const onWasm = fitsWasm ? byteText(wasm) : `${byteText(wasm)}, too much,`
  return `about ${byteText(webgpu)} of memory on WebGPU and ${onWasm} on WebAssembly for ${side} × ${side} px`
}
