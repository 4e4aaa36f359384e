import { sizeOf } from '../node/values.ts'
import { sampled } from '../tensor/sampled.ts'
import type { Backend } from '../tensor/tensor.ts'
import type { Engine } from './engine.ts'
import type { Relief, ReliefLook } from './events.ts'
import type { Painter } from './painter.ts'

/** Samples along the longer side: half a million triangles at most, which every device turns fluently. */
const LONGEST = 512
/** Pixels along the longer side of the photo that lies over them. */
const PHOTO = 2048

/** The depth map that the 3D view stands on: read when it is there, and again whenever it or its photo changes. */
export class Reliefs {
  #look: ReliefLook | undefined
  /** What the page has. */
  #said: string | undefined
  #reading = false

  constructor(
    readonly engine: Engine,
    readonly backend: Backend,
    readonly painter: Painter,
    readonly failed: (error: unknown) => void,
    readonly show: (relief: Relief) => void,
  ) {}

  look(look: ReliefLook | undefined): void {
    this.#look = look
    this.#said = undefined
    this.refresh()
  }

  /** Call whenever the plan or the results may have changed. */
  refresh(): void {
    if (!this.#reading) void this.#readAll()
  }

  async #readAll(): Promise<void> {
    this.#reading = true
    try {
      for (let key = this.#due(); key !== undefined; key = this.#due()) {
        // Also when it fails: it would fail again.
        this.#said = key
        await this.engine.lane.run(() => this.#read()).catch(this.failed)
      }
    } finally {
      this.#reading = false
    }
  }

  /** The key of what the page should have and has not. */
  #due(): string | undefined {
    const look = this.#look
    if (look === undefined || !this.engine.finished(look.node, look.socket, look.member)) return undefined
    const key = this.#key(look)
    return key === this.#said ? undefined : key
  }

  #key({ node, socket, member, photo }: ReliefLook): string {
    const { engine } = this
    const depth = engine.key(node, socket, member) ?? ''
    return photo && engine.finished(photo.node, photo.socket)
      ? `${depth} ${engine.key(photo.node, photo.socket) ?? ''}`
      : depth
  }

  /** Whatever is looked at by the time that it is read. */
  async #read(): Promise<void> {
    const look = this.#look
    if (look === undefined) return
    const key = this.#key(look)
    const { node, socket, member } = look
    await this.engine.fetch(node, socket, member)
    const value = this.engine.value(node, socket, member)
    if (value?.kind !== 'depth') {
      // Damaged on the disk: it will be computed again.
      if (!this.engine.finished(node, socket, member)) this.#said = undefined
      return
    }
    const tensor = value.tensor.retain()
    try {
      const whole = { ...sizeOf(tensor), values: await this.backend.read(tensor) }
      const { width, height, values } = sampled(whole, LONGEST)
      const photo = await this.#photo(look)
      if (this.#look !== look) return photo?.close()
      this.#said = key
      const { quantity } = value.meaning
      const sent = new Float32Array(values)
      this.show({ of: look, key, quantity, width, height, values: sent, ...(photo && { photo }) })
    } finally {
      tensor.release()
    }
  }

  async #photo({ photo }: ReliefLook): Promise<ImageBitmap | undefined> {
    if (photo === undefined || !this.engine.finished(photo.node, photo.socket)) return undefined
    await this.engine.fetch(photo.node, photo.socket)
    const value = this.engine.value(photo.node, photo.socket)
    return value && (await this.painter.paint(value, PHOTO))?.painting.bitmap
  }
}
