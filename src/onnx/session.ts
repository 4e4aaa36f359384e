import type * as OrtModule from 'onnxruntime-web'
import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from 'onnxruntime-web'
import { AppError } from '../base/errors.ts'
import { measured } from '../base/measured.ts'
import { SerialQueue } from '../base/queue.ts'
import type { GpuBackend } from '../gpu/backend.ts'
import type { CpuBackend } from '../tensor/cpu.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { copySharedMemoryBeforeWriting } from './dawn.ts'
import { encodeModel, type Graph } from './model.ts'
import { OnDemand } from './on-demand.ts'
import { HEAP, type ModelSource, type OnnxRuntime, type OnnxSession } from './runtime.ts'

/** The only file that imports onnxruntime-web. Its three builds are loaded on demand: their WebAssembly is 14 to 27 MB. */
type Ort = Pick<typeof OrtModule, 'InferenceSession' | 'Tensor' | 'env'>

export interface RuntimeOptions {
  /** URL of the folder with onnxruntime-web's .wasm and .mjs files, with a final slash. Node finds the package itself. */
  readonly wasmPaths?: string | undefined
}

export interface WasmOptions extends RuntimeOptions {
  readonly backend: CpuBackend
  /** Threads of the processor; more than 1 needs cross-origin isolation in a page. Fixed by the first call. */
  readonly threads?: number
}

/** onnxruntime-web on the processor. */
export async function openWasmRuntime(options: WasmOptions): Promise<OnnxRuntime> {
  const ort = await load(() => import('onnxruntime-web/wasm'), options, options.threads ?? defaultThreads())
  const { backend } = options
  return runtime(ort, backend, {
    half: false,
    streams: false,
    capacity: HEAP,
    session: { executionProviders: ['wasm'] },
    feed: (tensor) => {
      if (tensor.location !== 'cpu') throw wrongBackend()
      return new ort.Tensor('float32', tensor.data, tensor.dims)
    },
    fetch: (output) => backend.upload(floats(output), output.dims),
  })
}

export interface WebGpuOptions extends RuntimeOptions {
  readonly backend: GpuBackend
  /** Refuses models of which any operator would run on the processor. Ours compute shapes there, so it is for tests. */
  readonly gpuOnly?: boolean
}

/**
 * onnxruntime-web on the backend's own device: inputs and outputs stay in its buffers. In Node `navigator.gpu` and the
 * WebGPU globals must be there before the first call.
 */
export async function openWebGpuRuntime(options: WebGpuOptions): Promise<OnnxRuntime> {
  const { backend } = options
  copySharedMemoryBeforeWriting(backend.device)
  const suspending = 'Suspending' in WebAssembly
  const ort = await load(
    () => (suspending ? import('onnxruntime-web/jspi') : import('onnxruntime-web/webgpu')),
    options,
    1,
  )
  const provider: InferenceSession.WebGpuExecutionProviderOption = {
    name: 'webgpu',
    device: backend.device,
    // NHWC, the default of 1.30, computes some convolutions wrongly (onnxruntime issue 29651).
    preferredLayout: 'NCHW',
    validationMode: 'wgpuOnly',
    // Sizes change from picture to picture: buffers by size class, so that old sizes do not pile up.
    storageBufferCacheMode: 'bucket',
  }
  const { maxBufferSize, maxStorageBufferBindingSize } = backend.device.limits
  return runtime(ort, backend, {
    half: backend.device.features.has('shader-f16'),
    streams: suspending,
    capacity: {
      weights: Infinity,
      tensor: Math.min(maxBufferSize, maxStorageBufferBindingSize),
      memory: Infinity,
    },
    session: {
      executionProviders: [provider],
      preferredOutputLocation: 'gpu-buffer',
      // Our graphs are made of the fused operators already. Folding constants would make weights that are kept in half
      // precision float32, and that in WebAssembly's memory.
      graphOptimizationLevel: 'disabled',
      ...(options.gpuOnly && { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
    },
    feed: (tensor) => {
      if (tensor.location !== 'gpu') throw wrongBackend()
      return ort.Tensor.fromGpuBuffer(tensor.buffer, { dataType: 'float32', dims: tensor.dims })
    },
    // A tensor of the runtime's must not outlive its session, and results do.
    fetch: (output) => backend.copy(output.gpuBuffer, output.dims),
  })
}

/** The least model there is. */
const IDENTITY: Graph = {
  name: 'identity',
  nodes: [{ name: '', op: 'Identity', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
  initialisers: [],
  inputs: [{ name: 'x', type: 'f32', dims: [1] }],
  outputs: [{ name: 'y', type: 'f32', dims: [1] }],
}

interface Binding extends Pick<OnnxRuntime, 'half' | 'capacity'> {
  readonly session: InferenceSession.SessionOptions
  /** The build takes what it needs from a file itself, without stopping the thread: the one with JSPI. */
  readonly streams: boolean
  feed(tensor: Tensor): OrtTensor
  /** A tensor of the backend's own. */
  fetch(output: OrtTensor): Tensor
}

function runtime(ort: Ort, backend: OnnxRuntime['backend'], binding: Binding): OnnxRuntime {
  const queue = new SerialQueue()
  const create = (source: ModelSource) => queue.run(async () => session(ort, source, binding, queue))
  const prepare = () =>
    void create({ name: 'runtime', proto: encodeModel(IDENTITY), external: [] })
      .then((made) => made.release())
      .catch(() => undefined)
  const { half, capacity } = binding
  return { backend, half, capacity, create, prepare }
}

async function session(ort: Ort, source: ModelSource, binding: Binding, queue: SerialQueue): Promise<OnnxSession> {
  const externalData = source.external.map((external) => {
    const { path, file } = external
    return { path, data: binding.streams && file ? file : new OnDemand(external) }
  })
  const options = { ...binding.session, logSeverityLevel: 3 as const, externalData }
  const created = await measured(`create ${source.name}`, () =>
    ort.InferenceSession.create(source.proto, options),
  ).catch((cause: unknown) => {
    // The runtime says only that a tensor could not be loaded.
    for (const { data } of externalData) if (data instanceof OnDemand && data.failure !== undefined) throw data.failure
    throw failure('onnx/session', `The runtime could not load the ${source.name}.`, cause)
  })
  return {
    run: (inputs) =>
      queue.run(async () => {
        const feeds = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, binding.feed(tensor)]))
        const outputs = await measured(`run ${source.name}`, () => created.run(feeds)).catch((cause: unknown) => {
          throw failure('onnx/run', `The ${source.name} failed while running.`, cause)
        })
        const fetched = new Map<string, Tensor>()
        try {
          for (const [name, output] of Object.entries(outputs)) fetched.set(name, binding.fetch(output))
          return Object.fromEntries(fetched)
        } catch (error) {
          for (const tensor of fetched.values()) tensor.release()
          throw error
        } finally {
          // Between runs, never during one: the runtime must not be entered twice.
          for (const output of Object.values(outputs)) output.dispose()
        }
      }),
    release: () => queue.run(() => created.release()),
  }
}

async function load(importer: () => Promise<Ort>, options: RuntimeOptions, threads: number): Promise<Ort> {
  const ort = await importer()
  const wasmPaths = options.wasmPaths ?? installedFolder()
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths
  ort.env.wasm.numThreads = threads
  ort.env.logLevel = 'error'
  return ort
}

/** In Node: the package's folder as a plain path, since its own default, a file URL, is fetched and fails there. */
function installedFolder(): string | undefined {
  if (typeof process === 'undefined' || process.versions?.node === undefined) return undefined
  const { createRequire } = process.getBuiltinModule('node:module')
  const file = 'ort-wasm-simd-threaded.wasm'
  return createRequire(import.meta.url)
    .resolve(`onnxruntime-web/${file}`)
    .slice(0, -file.length)
}

/** One less than there are would leave a page responsive, but it lives in a Worker; beyond 4 little is gained. */
function defaultThreads(): number {
  const isolated = typeof crossOriginIsolated === 'undefined' || crossOriginIsolated
  return isolated ? Math.max(1, Math.min(4, cores())) : 1
}

const cores = (): number => (typeof navigator === 'undefined' ? undefined : navigator.hardwareConcurrency) ?? 2

function floats(output: OrtTensor): Float32Array {
  if (output.type !== 'float32') throw new AppError('onnx/run', `A model gave ${output.type}, not float32.`)
  return (output as TypedTensor<'float32'>).data
}

const wrongBackend = (): AppError =>
  new AppError('gpu/wrong-backend', 'A tensor of another backend was given to a model.')

/** `onnx/out-of-memory` where that is why: with less in the way it may succeed. */
function failure(code: 'onnx/session' | 'onnx/run', message: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const memory = /bad_alloc|out of memory|allocat|array buffer|RangeError/i.test(why)
  return new AppError(memory ? 'onnx/out-of-memory' : code, `${message} ${why}`, {
    cause,
    fix: memory
      ? 'There may be too little memory: use a smaller resolution or batch size, or a smaller checkpoint.'
      : 'Reload and run again; if it stays, the checkpoint or this device is not supported.',
    remedies: memory ? [{ do: 'lower', param: 'resolution', by: 0.75 }] : [{ do: 'again' }],
  })
}
