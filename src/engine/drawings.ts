import type { PortValue } from '../node/values.ts'
import type { Backend } from '../tensor/tensor.ts'
import type { Engine } from './engine.ts'
import type { Preview } from './events.ts'
import { Inspected } from './inspected.ts'
import type { Painter } from './painter.ts'
import { Previews } from './previews.ts'
import type { HostPort } from './protocol.ts'
import { Reliefs } from './relief.ts'
import type { StepOf } from './trail.ts'
import { Viewed } from './viewed.ts'

/** A picture that could not be drawn is no reason to stop anything: the value itself is fine. */
const notDrawn = (error: unknown): void => console.warn('A preview could not be drawn:', error)

/**
 * All pictures of one document. Another document has its own, though its nodes may have the same names: what is still being
 * drawn of this one is then shown to nobody.
 */
export class Drawings {
  readonly viewed: Viewed
  readonly reliefs: Reliefs
  readonly #previews: Previews
  #ended = false
  /** One picture of an unfinished result at a time; others are skipped. */
  #drawing = false

  constructor(
    readonly engine: Engine,
    readonly painter: Painter,
    backend: Backend,
    port: HostPort,
    readonly inspected = new Inspected(painter),
  ) {
    const post: HostPort['post'] = (message, transfer = []) => {
      if (!this.#ended) return port.post(message, transfer)
      for (const thing of transfer) if ('close' in thing) thing.close()
    }
    const preview = (preview: Preview) => post({ say: 'preview', preview }, [preview.bitmap])
    this.#previews = new Previews(engine, painter, preview)
    this.viewed = new Viewed(
      engine,
      painter,
      {
        preview,
        members: (members) => post({ say: 'members', members }),
        member: (picture) => post({ say: 'member', picture }, [picture.bitmap]),
        spread: (picture) => post({ say: 'spread', picture }, [picture.bitmap]),
      },
      notDrawn,
      inspected,
    )
    this.reliefs = new Reliefs(engine, backend, painter, notDrawn, (relief) =>
      post({ say: 'relief', relief }, [relief.values.buffer, ...(relief.photo ? [relief.photo] : [])]),
    )
  }

  /** What is looked at, as it is now. */
  refreshViewed(): void {
    this.viewed.refresh()
    this.reliefs.refresh()
  }

  /** The small picture of a node. */
  async refresh(node: string): Promise<void> {
    await this.#previews.refresh(node).catch(notDrawn)
  }

  async early(at: Pick<Preview, 'node' | 'socket' | 'member' | 'members'>, value: PortValue, step: StepOf) {
    if (this.#drawing) return
    this.#drawing = true
    await this.#previews.early(at, value, step).catch(notDrawn)
    this.#drawing = false
  }

  /** Nodes that come back by undo are new to the page. */
  keep(nodes: ReadonlySet<string>): void {
    this.#previews.keep(nodes)
    this.viewed.keep(nodes)
  }

  end(): void {
    this.#ended = true
    this.keep(new Set())
    this.reliefs.look(undefined)
  }
}
