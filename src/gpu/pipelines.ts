/** A compiled kernel with the uniform buffer of its parameters (the queue keeps writes and dispatches in order). */
export interface CompiledKernel {
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
  readonly uniforms: GPUBuffer
}

export interface KernelSource {
  readonly name: string
  /** Whole WGSL module with an entry point `main`. */
  readonly code: string
  readonly inputs: number
  readonly outputs: number
  /** Bytes of the uniform block. */
  readonly uniformBytes: number
  /** Values of `override` declarations. */
  readonly constants?: Readonly<Record<string, number>>
}

/** Compiled kernels of one device by name and constants. */
export class Pipelines {
  readonly #compiled = new Map<string, CompiledKernel>()

  constructor(readonly device: GPUDevice) {}

  /** `source` is called on the first use only: one name and set of constants always means the same code. */
  get(name: string, constants: Readonly<Record<string, number>>, source: () => KernelSource): CompiledKernel {
    const key = `${name} ${JSON.stringify(constants)}`
    const found = this.#compiled.get(key)
    if (found) return found
    const compiled = this.#compile(source())
    this.#compiled.set(key, compiled)
    return compiled
  }

  clear(): void {
    for (const { uniforms } of this.#compiled.values()) uniforms.destroy()
    this.#compiled.clear()
  }

  #compile(source: KernelSource): CompiledKernel {
    const { device } = this
    const storage = (type: GPUBufferBindingType, n: number): GPUBufferBindingType[] => Array<typeof type>(n).fill(type)
    const types = [
      ...storage('read-only-storage', source.inputs),
      ...storage('storage', source.outputs),
      'uniform' as const,
    ]
    const layout = device.createBindGroupLayout({
      label: source.name,
      entries: types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
    })
    const pipeline = device.createComputePipeline({
      label: source.name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: {
        module: device.createShaderModule({ label: source.name, code: source.code }),
        entryPoint: 'main',
        constants: { ...source.constants },
      },
    })
    const uniforms = device.createBuffer({
      label: source.name,
      size: Math.ceil(source.uniformBytes / 16) * 16,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    })
    return { pipeline, layout, uniforms }
  }
}
