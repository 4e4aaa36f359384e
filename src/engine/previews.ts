import { PICTURES, sizeOf, tensorsOf, type PortValue } from '../node/values.ts'
import type { Engine } from './engine.ts'
import type { Preview } from './events.ts'

/** Interleaved 8-bit RGBA. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray<ArrayBuffer>
}

/** Draws a value so that its longer side is at most `maxSide`. The value is borrowed for the call. */
export type RenderPreview = (value: PortValue, maxSide: number) => Promise<Pixels>

export type MakeBitmap = (pixels: Pixels) => Promise<ImageBitmap>

export const toBitmap: MakeBitmap = ({ data, width, height }) => createImageBitmap(new ImageData(data, width, height))

const THUMBNAIL = 320
/** Larger than any screen, small enough for every canvas. */
const LARGEST = 8192

/**
 * Makes the pictures on the nodes: each once per value, drawn between two node calls. Only those of unfinished results
 * (`early`) are drawn while their node goes on.
 */
export class Previews {
  /** What the thumbnails show that the page has, by node. */
  readonly #sent = new Map<string, string>()
  /** Counts what was asked for a node, so that an early picture that is late does not replace the final one. */
  readonly #turns = new Map<string, number>()

  constructor(
    readonly engine: Engine,
    readonly render: RenderPreview,
    readonly makeBitmap: MakeBitmap,
    readonly show: (preview: Preview) => void,
  ) {}

  /** Sends the thumbnail of a node when the page has not got it: its first output with a picture, or what a sink is given. */
  async refresh(node: string): Promise<void> {
    this.#turns.set(node, (this.#turns.get(node) ?? 0) + 1)
    const planned = this.engine.planned(node)
    if (planned === undefined) return
    const sockets = planned.kinds.size > 0 ? planned.kinds.keys() : planned.sources.keys()
    for (const socket of [...sockets]) {
      const key = this.engine.key(node, socket)
      if (key === undefined) return
      // Its caption says of how many members it is one.
      const shown = `${key} of ${this.engine.members(node, socket)}`
      if (this.#sent.get(node) === shown) return
      if (await this.#send(node, socket, 0, false)) {
        this.#sent.set(node, shown)
        return
      }
    }
  }

  /** The page forgets the thumbnails of other nodes: those that come back by undo need theirs again. */
  keep(nodes: ReadonlySet<string>): void {
    for (const node of this.#sent.keys()) if (!nodes.has(node)) this.#sent.delete(node)
  }

  view(node: string, socket: string, member: number): Promise<boolean> {
    return this.#send(node, socket, member, true)
  }

  /** A value that is not final yet. It is the node's: the tensors are kept only while it is drawn. */
  async early(node: string, socket: string, value: PortValue, member: number, members: number): Promise<void> {
    const turn = this.#turns.get(node)
    // What is drawn now takes the place of the picture that was sent last.
    this.#sent.delete(node)
    await this.#draw({ node, socket, member, members, full: false }, value, () => this.#turns.get(node) === turn)
  }

  async #send(node: string, socket: string, member: number, full: boolean): Promise<boolean> {
    return this.engine.lane.run(async () => {
      await this.engine.fetch(node, socket, member)
      const value = this.engine.value(node, socket, member)
      if (value === undefined || !PICTURES.has(value.kind)) return false
      await this.#draw({ node, socket, member, members: this.engine.members(node, socket), full }, value)
      return true
    })
  }

  async #draw(
    at: Pick<Preview, 'node' | 'socket' | 'member' | 'members' | 'full'>,
    value: PortValue,
    wanted = () => true,
  ): Promise<void> {
    const tensors = tensorsOf(value).map((tensor) => tensor.retain())
    const [tensor] = tensors
    if (tensor === undefined) return
    try {
      const pixels = await this.render(value, at.full ? LARGEST : THUMBNAIL)
      const bitmap = await this.makeBitmap(pixels)
      if (!wanted()) return bitmap.close()
      const disparity = value.kind === 'depth' && value.meaning.quantity === 'disparity'
      this.show({ ...at, kind: value.kind, ...(disparity && { disparity: true }), size: sizeOf(tensor), bitmap })
    } finally {
      for (const held of tensors) held.release()
    }
  }
}
