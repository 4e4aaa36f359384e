import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { promptShelf } from '../../models/checkpoint/kept-prompt.ts'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import { leaveWasmUnoptimised, loadDawn } from '../../src/app/compute/dawn.ts'
import { GpuBackend } from '../../src/gpu/backend.ts'
import { requestDevice } from '../../src/gpu/device.ts'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import { encodeModel } from '../../src/onnx/model.ts'
import type { OnnxRuntime, OnnxSession } from '../../src/onnx/runtime.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import { diskStorage } from '../../src/weights/hub/disk-storage.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import type { ByteSource } from '../../src/weights/source.ts'
import { GpuMeter } from '../support/gpu-meter.ts'

/** Bytes [begin, end) of a file. */
export interface Range {
  readonly path: string
  readonly begin: number
  readonly end: number
}

/** Times in milliseconds, sizes in bytes. */
export interface Visit {
  readonly adapter: string
  /** From the folder to a session that can run. */
  readonly total: number
  /** Of that: until its content is known, from then until the runtime is asked for the session, and until that is there. */
  readonly identified: number
  readonly prepared: number
  readonly created: number
  /** Of all threads of the process meanwhile: steadier on a busy machine. */
  readonly cpu: number
  /** What was read of the U-Net's weights, how much of it more than once, and how much there is. */
  readonly read: number
  readonly twice: number
  readonly size: number
  /** Bytes of parameters that were not stored as they are used. */
  readonly converted: number
  /** What lives on the device in the end. */
  readonly buffers: number
  /** The weights that the runtime asked for. */
  readonly weights: readonly Range[]
}

export interface Upload {
  readonly bytes: number
  readonly read: number
  readonly write: number
  readonly cpu: number
}

const signal = new AbortController().signal

async function openDevice(): Promise<{ device: GPUDevice; name: string }> {
  const opened = await requestDevice({ gpu: await loadDawn() })
  if (opened.device === undefined) throw new Error(opened.reason)
  leaveWasmUnoptimised()
  return opened
}

/** Opens the checkpoint as a visit does until its U-Net could run for the first time. */
export async function visit(checkpoint: string, prompts: string): Promise<Visit> {
  const { device, name } = await openDevice()
  const meter = new GpuMeter(device)
  const runtime = await openWebGpuRuntime({ backend: new GpuBackend(device) })
  // Loading WebAssembly is no part of loading weights.
  await (await runtime.create({ name: 'least', proto: leastModel(), external: [] })).release()

  const reads: Range[] = []
  const asked: Range[] = []
  let [converted, beganAt, readyAt, cpu] = [0, 0, 0, 0]
  const watched: OnnxRuntime = {
    ...runtime,
    async create(source): Promise<OnnxSession> {
      if (!source.name.startsWith('unet')) return runtime.create(source)
      beganAt = performance.now()
      const external = source.external.map((data) => ({
        ...data,
        read(begin: number, end: number) {
          const bytes = data.read(begin, end)
          if (data.path.endsWith('.safetensors')) asked.push({ path: join(checkpoint, data.path), begin, end })
          else converted += bytes.byteLength
          return bytes
        },
      }))
      const session = await runtime.create({ ...source, external })
      await device.queue.onSubmittedWorkDone()
      readyAt = performance.now()
      cpu = cpuSince(began)
      return { ...session, run: () => Promise.reject(new Error('It is loaded, and need not run.')) }
    },
  }
  const began = process.cpuUsage()
  const start = performance.now()
  const files = watchedReads(await nodeFolder(checkpoint), (range) => reads.push(range))
  const shelf = { ...promptShelf(diskStorage(prompts)), fromBytes: 0 }
  const store = new CheckpointStore(async () => ({ name: 'bench', files }), watched, { prompts: shelf })
  const { id } = await store.identify('bench', signal)
  const identifiedAt = performance.now()
  const opened = await store.open(id, signal)
  const latent = runtime.backend.upload(new Float32Array(4 * 64), [1, 4, 8, 8])
  await opened.denoise(latent, latent, 999, signal).catch((error: unknown) => {
    if (readyAt === 0) throw error
  })
  const unet = reads.filter(({ path }) => path.startsWith('unet/') && path.endsWith('.safetensors'))
  const read = unet.reduce((sum, { begin, end }) => sum + end - begin, 0)
  return {
    adapter: name,
    total: readyAt - start,
    identified: identifiedAt - start,
    prepared: beganAt - identifiedAt,
    created: readyAt - beganAt,
    cpu,
    read,
    twice: read - covered(unet),
    size: [...files.sizes].reduce((sum, [path, size]) => sum + (path.startsWith('unet/diffusion') ? size : 0), 0),
    converted,
    buffers: meter.bytes,
    weights: asked,
  }
}

/** The same files; `told` hears of every read. */
function watchedReads(files: CheckpointFiles, told: (range: Range) => void): CheckpointFiles {
  const watch = (path: string, source: ByteSource): ByteSource => ({
    ...source,
    slice(begin, end) {
      told({ path, begin, end })
      return source.slice(begin, end)
    },
    async hold() {
      const held = await source.hold()
      return {
        read(begin, end) {
          told({ path, begin, end })
          return held.read(begin, end)
        },
        close: () => held.close(),
      }
    },
  })
  return { ...files, open: async (path, stop) => watch(path, await files.open(path, stop)) }
}

/** Bytes of one file that are in any of these. */
function covered(ranges: readonly Range[]): number {
  let [sum, upTo] = [0, 0]
  for (const { begin, end } of [...ranges].sort((a, b) => a.begin - b.begin)) {
    sum += Math.max(0, end - Math.max(begin, upTo))
    upTo = Math.max(upTo, end)
  }
  return sum
}

/** Reads these bytes and writes them to the device, one after the other, with nothing else to do. */
export async function uploadAlone(ranges: readonly Range[]): Promise<Upload> {
  const { device } = await openDevice()
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const bytes = new Uint8Array(Math.max(...ranges.map(({ begin, end }) => end - begin)))
  const handles = new Map([...new Set(ranges.map(({ path }) => path))].map((path) => [path, openSync(path, 'r')]))
  let [sum, read, write] = [0, 0, 0]
  const began = process.cpuUsage()
  for (const { path, begin, end } of ranges) {
    const start = performance.now()
    const length = readSync(handles.get(path) ?? -1, bytes, 0, end - begin, begin)
    const readAt = performance.now()
    const size = Math.ceil(length / 4) * 4
    device.queue.writeBuffer(device.createBuffer({ size, usage }), 0, bytes, 0, size)
    sum += length
    read += readAt - start
    write += performance.now() - readAt
  }
  const start = performance.now()
  await device.queue.onSubmittedWorkDone()
  write += performance.now() - start
  for (const handle of handles.values()) closeSync(handle)
  return { bytes: sum, read, write, cpu: cpuSince(began) }
}

function cpuSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

function leastModel(): Uint8Array {
  const g = new GraphBuilder('least', { has: () => false, expect: () => undefined })
  const x = g.input('x', 'f32', [1])
  g.output('y', g.add(x, x), [1])
  return encodeModel(g.finish().graph)
}
