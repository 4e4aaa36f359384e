import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readFolder } from '../../models/checkpoint/folder.ts'
import { OpenedCheckpoint, type OpenOptions } from '../../models/checkpoint/opened.ts'
import { leaveWasmUnoptimised, loadDawn } from '../../src/app/compute/dawn.ts'
import { GpuBackend } from '../../src/gpu/backend.ts'
import { requestDevice } from '../../src/gpu/device.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { GpuMeter } from '../support/gpu-meter.ts'

export const STAGES = ['VAE encode', 'U-Net step', 'VAE decode'] as const
export type Stage = (typeof STAGES)[number]

export interface Timing {
  /** Milliseconds of the first call, with what has to be loaded, uploaded and compiled for it. */
  readonly first: number
  /** Milliseconds of each later call, until the device has done it. */
  readonly times: readonly number[]
  /** The most bytes on the device until now: buffers by WebGPU's calls, or what torch's allocator reserved. */
  readonly bytes: number
}

/** What one side says of itself, as JSON. */
export interface Side {
  readonly device: string
  readonly stages: Readonly<Partial<Record<Stage, Timing>>>
  /** Why there is not more. */
  readonly failed?: string
}

export interface SideOptions {
  readonly checkpoint: string
  /** Of the picture, in pixels; multiples of 8. */
  readonly width: number
  readonly height: number
  readonly rounds: number
  /** The folder for each stage's result: STAGE.f32, raw. */
  readonly out: string
  readonly precision: OpenOptions['precision'] | undefined
  /** Switches of Dawn's. */
  readonly dawn: readonly string[]
}

/** Element i of every input, as bench_gpu.py computes it. */
const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898))

/**
 * Our models, on the device that `marigold run --backend webgpu` opens. In a process of its own: onnxruntime keeps the
 * first device that it was given.
 */
export async function ourSide(options: SideOptions): Promise<Side> {
  const { checkpoint: path, width, height, rounds, out, precision, dawn } = options
  const opened = await requestDevice({ gpu: await loadDawn(dawn) })
  if (opened.device === undefined) return { device: 'no adapter', stages: {}, failed: opened.reason }
  const { device, name, half } = opened
  if (precision === 'f16' && !half) return { device: name, stages: {}, failed: `${name} has no shader-f16.` }
  leaveWasmUnoptimised()
  const meter = new GpuMeter(device)
  const backend = new GpuBackend(device)
  const runtime = await openWebGpuRuntime({ backend })
  const signal = new AbortController().signal
  const folder = await readFolder(await nodeFolder(path), signal)
  const checkpoint = new OpenedCheckpoint('bench', folder, runtime, precision === undefined ? {} : { precision })
  const picture = backend.upload(values(3 * width * height), [1, 3, height, width])
  const latent = backend.upload(values((4 * width * height) / 64), [1, 4, height / 8, width / 8])
  const calls: Record<Stage, () => Promise<Tensor>> = {
    'VAE encode': () => checkpoint.encode(picture, signal),
    'U-Net step': () => checkpoint.denoise(latent, latent, 999, signal),
    'VAE decode': () => checkpoint.decode(latent, signal),
  }
  const stages: Partial<Record<Stage, Timing>> = {}
  try {
    for (const stage of STAGES) {
      const times: number[] = []
      let bytes = 0
      for (let round = 0; round <= rounds; round++) {
        const start = performance.now()
        const result = await calls[stage]()
        await device.queue.onSubmittedWorkDone()
        times.push(performance.now() - start)
        bytes = Math.max(bytes, meter.bytes)
        if (round === 0) await writeFile(join(out, `${stage}.f32`), await backend.read(result))
        result.release()
      }
      const [first = NaN, ...later] = times
      stages[stage] = { first, times: later, bytes }
    }
  } catch (error) {
    return { device: name, stages, failed: error instanceof Error ? error.message : String(error) }
  }
  return { device: name, stages }
}
