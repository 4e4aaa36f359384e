/** One kernel of a model, over all of its dispatches. */
export interface KernelTime {
  /** The label of its shader, as the runtime gives it, and its workgroups where these are told apart. */
  readonly name: string
  readonly dispatches: number
  /** Milliseconds on the device. */
  readonly ms: number
}

/** A query set holds this many timestamps at most. */
const SET = 4096

interface Pass {
  readonly name: string
  readonly set: number
  readonly at: number
}

/**
 * Times every dispatch on a device by itself, whoever makes it: each gets a compute pass of its own with timestamps before and
 * after. Needs `timestamp-query`. Passes apart cost time between kernels, so only the kernels' own times mean something.
 */
export class KernelClock {
  readonly #device: GPUDevice
  readonly #sizes: boolean
  readonly #sets: GPUQuerySet[] = []
  #passes: Pass[] = []

  /** With `sizes`, dispatches of one kernel that differ in their number of workgroups are told apart. */
  constructor(device: GPUDevice, options: { readonly sizes: boolean }) {
    this.#device = device
    this.#sizes = options.sizes
    const createPipeline = device.createComputePipeline.bind(device)
    device.createComputePipeline = (descriptor) => createPipeline(labelled(descriptor))
    const createPipelineAsync = device.createComputePipelineAsync.bind(device)
    device.createComputePipelineAsync = (descriptor) => createPipelineAsync(labelled(descriptor))
    const createEncoder = device.createCommandEncoder.bind(device)
    device.createCommandEncoder = (descriptor) => {
      const encoder = createEncoder(descriptor)
      const begin = encoder.beginComputePass.bind(encoder)
      // What comes from beginComputePass is only ever called, never given on.
      encoder.beginComputePass = () => this.#split(begin)
      return encoder
    }
  }

  /** Forgets what was timed until now; call it when the device has nothing to do. */
  reset(): void {
    this.#passes = []
  }

  /** What was timed since the last reset, the longest first. */
  async times(): Promise<KernelTime[]> {
    await this.#device.queue.onSubmittedWorkDone()
    const stamps = await Promise.all(this.#sets.map((set) => this.#read(set)))
    const sums = new Map<string, { dispatches: number; ms: number }>()
    for (const { name, set, at } of this.#passes) {
      const [begin = 0n, end = 0n] = [stamps[set]?.[at], stamps[set]?.[at + 1]]
      const sum = sums.get(name) ?? { dispatches: 0, ms: 0 }
      sums.set(name, { dispatches: sum.dispatches + 1, ms: sum.ms + Number(end - begin) / 1e6 })
    }
    return [...sums].map(([name, sum]) => ({ name, ...sum })).sort((a, b) => b.ms - a.ms)
  }

  #split(begin: (descriptor: GPUComputePassDescriptor) => GPUComputePassEncoder): GPUComputePassEncoder {
    let pipeline: GPUComputePipeline | undefined
    const groups = new Map<number, Parameters<GPUComputePassEncoder['setBindGroup']>>()
    const inPass = (size: string, dispatch: (pass: GPUComputePassEncoder) => void): void => {
      if (pipeline === undefined) return
      const pass = begin({ timestampWrites: this.#stamp(this.#sizes ? `${pipeline.label} ${size}` : pipeline.label) })
      pass.setPipeline(pipeline)
      for (const group of groups.values()) pass.setBindGroup(...group)
      dispatch(pass)
      pass.end()
    }
    const calls = {
      setPipeline: (given: GPUComputePipeline) => void (pipeline = given),
      setBindGroup: (...given: Parameters<GPUComputePassEncoder['setBindGroup']>) => void groups.set(given[0], given),
      dispatchWorkgroups: (...sizes: [number, number?, number?]) =>
        inPass(sizes.join('×'), (pass) => pass.dispatchWorkgroups(...sizes)),
      dispatchWorkgroupsIndirect: (...given: [GPUBuffer, number]) =>
        inPass('indirect', (pass) => pass.dispatchWorkgroupsIndirect(...given)),
      pushDebugGroup: () => undefined,
      popDebugGroup: () => undefined,
      end: () => undefined,
    }
    return calls as unknown as GPUComputePassEncoder
  }

  #stamp(name: string): GPUComputePassTimestampWrites {
    const index = 2 * this.#passes.length
    const [set, at] = [Math.floor(index / SET), index % SET]
    this.#passes.push({ name, set, at })
    const querySet = (this.#sets[set] ??= this.#device.createQuerySet({ type: 'timestamp', count: SET }))
    return { querySet, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 }
  }

  async #read(set: GPUQuerySet): Promise<BigUint64Array> {
    const device = this.#device
    const [resolved, read] = [
      device.createBuffer({ size: 8 * SET, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }),
      device.createBuffer({ size: 8 * SET, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
    ]
    const encoder = device.createCommandEncoder()
    encoder.resolveQuerySet(set, 0, SET, resolved, 0)
    encoder.copyBufferToBuffer(resolved, 0, read, 0, 8 * SET)
    device.queue.submit([encoder.finish()])
    await read.mapAsync(GPUMapMode.READ)
    const stamps = new BigUint64Array(read.getMappedRange().slice(0))
    for (const buffer of [resolved, read]) buffer.destroy()
    return stamps
  }
}

/** The runtime labels its shaders only. */
const labelled = (descriptor: GPUComputePipelineDescriptor): GPUComputePipelineDescriptor => ({
  ...descriptor,
  label: descriptor.label || descriptor.compute.module.label,
})
