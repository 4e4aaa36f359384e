import type { CheckpointFolder } from '../../models/checkpoint/folder.ts'
import { forecastMemory, lacksHalf, type MemoryForecast } from '../../models/checkpoint/memory.ts'
import { tensorLimit } from '../../models/checkpoint/vae-half.ts'
import { byteText } from '../base/byte-text.ts'
import type { MemoryNeed } from '../engine/events.ts'
import type { GraphDocument } from '../graph/document.ts'
import type { Capacity, Held } from '../onnx/runtime.ts'

/** diffusers' resolution for checkpoints that name none. */
const USUAL = 768

/** Resolutions that are offered in place of one that does not fit, in pixels. */
const LOWER = [2048, 1536, 1024, 768, 640, 512, 448, 384, 320, 256, 192, 128]

const NAMES = { unet: 'U-Net', encoder: 'VAE encoder', decoder: 'VAE decoder' } as const

/** Latent cells of a side of a square picture at the graph's processing resolution, or the checkpoint's own. */
export function cellsOf({ config: { factor, model } }: CheckpointFolder, document: GraphDocument): number {
  const asked = document.nodes.map(({ type, params, bypass }) =>
    type === 'image/fit-resolution' && !bypass ? params['resolution'] : null,
  )
  const set = asked.filter((value): value is number => typeof value === 'number' && value > 0)
  const resolution = set.length > 0 ? Math.max(...set) : (model?.defaultResolution ?? USUAL)
  return Math.ceil(resolution / factor)
}

/** Whether every model of a checkpoint may run: each is a session of its own. */
export const fits = (
  { parts }: MemoryForecast,
  { weights: most, memory }: Pick<Capacity, 'weights' | 'memory'>,
): boolean =>
  Object.values(parts).every(({ weights, activations }) => weights <= most && weights + activations <= memory)

/** What a checkpoint takes in a runtime, one member at a time, and where that is too much, what would fit. */
export async function memoryNeed(
  folder: CheckpointFolder,
  cells: number,
  runtime: Held,
  signal: AbortSignal,
): Promise<MemoryNeed> {
  const { factor } = folder.config
  const { backend, half, capacity } = runtime
  const device = { target: backend.kind === 'webgpu' ? 'webgpu' : 'wasm', half, tensor: tensorLimit(runtime) } as const
  const at = (side: number): Promise<MemoryForecast> =>
    forecastMemory(folder, device, { batch: 1, height: side, width: side }, signal)
  const forecast = await at(cells)
  const need = { side: cells * factor, bytes: forecast.total }
  if (fits(forecast, capacity)) return need

  const lower = async (): Promise<string | undefined> => {
    const most = Math.min(capacity.weights, capacity.memory)
    if (Object.values(forecast.parts).some(({ weights }) => weights > most)) return undefined
    for (const side of LOWER.filter((one) => one < need.side)) {
      if (fits(await at(Math.ceil(side / factor)), capacity)) return `Set Resolution in Fit to Resolution to ${side}.`
    }
    return undefined
  }
  const lighter = async (): Promise<string> => {
    if (device.target === 'wasm') return 'Use a graphics card (WebGPU), or a smaller checkpoint.'
    return (await lacksHalf(folder, device, signal))
      ? 'Use its files in half precision (fp16), which take half of it, or a smaller checkpoint.'
      : 'Use a smaller checkpoint.'
  }
  return { ...need, refusal: { message: tooMuch(forecast, capacity), fix: (await lower()) ?? (await lighter()) } }
}

function tooMuch({ parts }: MemoryForecast, { weights: most, memory }: Capacity): string {
  const all = (['encoder', 'unet', 'decoder'] as const).map((part) => ({ name: NAMES[part], ...parts[part] }))
  const heavy = all.find(({ weights }) => weights > most)
  if (heavy) {
    const needs = `the weights of the ${heavy.name} need ${byteText(heavy.weights)}`
    return `Too much: ${needs}, and one model may have ${byteText(most)} of them here.`
  }
  const { name, weights, activations } = all.reduce((a, b) =>
    b.weights + b.activations > a.weights + a.activations ? b : a,
  )
  return `Too much: the ${name} needs ${byteText(weights + activations)}, and one model may take ${byteText(memory)} here.`
}
