/** One buffer or texture that was made on a metered device and not destroyed. */
export interface Live {
  readonly what: string
  readonly bytes: number
}

/**
 * Counts what lives on a device by its own calls, whoever makes them: createBuffer and createTexture against destroy.
 * Must be made before the device is given to anybody.
 */
export class GpuMeter {
  readonly #live = new Map<object, Live>()
  /** Buffers and textures made so far. */
  made = 0

  constructor(device: GPUDevice) {
    const createBuffer = device.createBuffer.bind(device)
    device.createBuffer = (descriptor) =>
      this.#count(createBuffer(descriptor), { what: bufferName(descriptor), bytes: descriptor.size })
    const createTexture = device.createTexture.bind(device)
    device.createTexture = (descriptor) => {
      const texture = createTexture(descriptor)
      // No texture of ours has a format of more than 16 bytes a texel; that it lives is what counts.
      const bytes = 16 * texture.width * texture.height * texture.depthOrArrayLayers
      return this.#count(texture, { what: `texture ${descriptor.label ?? ''}`, bytes })
    }
  }

  get bytes(): number {
    return this.live.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get live(): readonly Live[] {
    return [...this.#live.values()]
  }

  #count<T extends GPUBuffer | GPUTexture>(made: T, live: Live): T {
    this.made += 1
    this.#live.set(made, live)
    const destroy = made.destroy.bind(made)
    const counted = (): undefined => {
      this.#live.delete(made)
      destroy()
    }
    return Object.assign(made, { destroy: counted })
  }
}

const bufferName = ({ label, usage }: GPUBufferDescriptor): string => `buffer ${label ?? ''} usage ${usage}`
