import type { PortValue } from '../node/values.ts'
import type { Engine } from './engine.ts'
import type { Preview } from './events.ts'
import type { Painter } from './painter.ts'
import type { StepOf } from './trail.ts'

const THUMBNAIL = 320

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
    readonly painter: Painter,
    readonly show: (preview: Preview) => void,
  ) {}

  /** Sends the thumbnail of a node when the page has not got it: its first output with a picture, or what a sink is given. */
  async refresh(node: string): Promise<void> {
    this.#turns.set(node, (this.#turns.get(node) ?? 0) + 1)
    for (const socket of this.engine.sockets(node)) {
      const key = this.engine.key(node, socket)
      if (key === undefined) return
      // Its caption says of how many members it is one.
      const shown = `${key} of ${this.engine.members(node, socket)}`
      if (this.#sent.get(node) === shown) return
      if (await this.#send(node, socket)) {
        this.#sent.set(node, shown)
        return
      }
    }
  }

  /** The page forgets the thumbnails of other nodes: those that come back by undo need theirs again. */
  keep(nodes: ReadonlySet<string>): void {
    for (const node of this.#sent.keys()) if (!nodes.has(node)) this.#sent.delete(node)
  }

  /** A value that is not final yet. It is the node's: the tensors are kept only while it is drawn. */
  async early(at: Pick<Preview, 'node' | 'socket' | 'member' | 'members'>, value: PortValue, step: StepOf) {
    const turn = this.#turns.get(at.node)
    // What is drawn now takes the place of the picture that was sent last.
    this.#sent.delete(at.node)
    const painted = await this.painter.paint(value, THUMBNAIL)
    if (painted === undefined) return
    if (this.#turns.get(at.node) !== turn) return painted.painting.bitmap.close()
    this.show({ ...at, full: false, steps: { shown: step.done, of: step.of, kept: [] }, ...painted.painting })
  }

  async #send(node: string, socket: string): Promise<boolean> {
    return this.engine.lane.run(async () => {
      await this.engine.fetch(node, socket)
      const value = this.engine.value(node, socket)
      const painted = value && (await this.painter.paint(value, THUMBNAIL))
      if (painted === undefined) return false
      const members = this.engine.members(node, socket)
      this.show({ node, socket, member: 0, members, full: false, ...painted.painting })
      return true
    })
  }
}
