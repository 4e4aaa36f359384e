import type { CheckpointFolder } from '../../../models/checkpoint/folder.ts'
import { Room, type CheckpointNeed } from '../../../models/checkpoint/room.ts'
import { byteText } from '../../base/byte-text.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { HEAP, type Held } from '../../onnx/runtime.ts'
import { cellsOf } from '../memory-need.ts'

/** Bytes that a checkpoint takes for a square picture of the graph's processing resolution, one member at a time. */
export interface MemoryNeeds {
  /** Pixels. */
  readonly side: number
  readonly webgpu: number
  readonly wasm: number
  /** Whether every part of it fits in WebAssembly. */
  readonly fitsWasm: boolean
}

const WASM: Held = { backend: { kind: 'cpu' }, half: false, capacity: HEAP }
/** With the 128 MiB that every WebGPU device can bind at once. */
const WEBGPU: Held = {
  backend: { kind: 'webgpu' },
  half: true,
  capacity: { weights: Infinity, tensor: 2 ** 27, memory: Infinity },
}

export async function memoryNeeds(
  folder: CheckpointFolder,
  document: GraphDocument,
  signal: AbortSignal,
): Promise<MemoryNeeds> {
  const cells = cellsOf(folder, document)
  const need = (runtime: Held): Promise<CheckpointNeed> =>
    new Room(runtime).need({ id: '', folder, files: folder.files }, { batch: 1, height: cells, width: cells }, signal)
  const [webgpu, wasm] = [await need(WEBGPU), await need(WASM)]
  const fitsWasm = wasm.refusal === undefined
  return { side: cells * folder.config.factor, webgpu: webgpu.total, wasm: wasm.total, fitsWasm }
}

/** "about 4.4 GB of memory on WebGPU ..." */
export function memoryText({ side, webgpu, wasm, fitsWasm }: MemoryNeeds): string {
  const onWasm = fitsWasm ? byteText(wasm) : `${byteText(wasm)}, too much,`
  return `about ${byteText(webgpu)} of memory on WebGPU and ${onWasm} on WebAssembly for ${side} × ${side} px`
}
