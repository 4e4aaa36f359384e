import { AppError, plainError } from '../base/errors.ts'
import type { GraphDocument } from '../graph/document.ts'
import type { MemoryNeed } from './events.ts'
import { catalogueWith } from '../graph/groups/types.ts'
import { parseDocument } from '../graph/validate.ts'
import { catalogueOf, type Catalogue } from '../node/catalogue.ts'
import type { OutputFiles } from '../node/services.ts'
import type { CheckpointRow, GivenFolder, Live } from './client.ts'
import { Drawings } from './drawings.ts'
import { Engine, type EngineParts } from './engine.ts'
import { livePlan } from './live-plan.ts'
import { Painter, type MakeBitmap, type RenderDifference, type RenderPreview, type RenderSpread } from './painter.ts'
import type { FromWorker, HostPort, ToWorker } from './protocol.ts'

export interface HostParts extends Omit<EngineParts, 'listener'> {
  readonly port: HostPort
  readonly checkpoints: readonly CheckpointRow[]
  readonly renderPreview: RenderPreview
  readonly renderSpread: RenderSpread
  readonly renderDifference: RenderDifference
  readonly makeBitmap?: MakeBitmap
  /** Keeps a person's picture, so that the Pictures service and `sources.picture` find it by its hash. */
  addPicture(sha256: string, name: string, bytes: Uint8Array): void
  /** What checkpoints of a document take, by choice, and the limit that they are held to. */
  readonly memory?: {
    needs(document: GraphDocument): Promise<readonly (readonly [string, MemoryNeed])[]>
    limit(bytes: number | undefined): void
  }
  /** Keeps a person's checkpoint folder, so that `sources.checkpoint` finds it; throws when it is none. */
  addCheckpoint(folder: GivenFolder): Promise<CheckpointRow>
}

/** Export files as messages to the page: bind it as the OutputFiles service of a Worker. */
export const postedFiles = (port: HostPort): OutputFiles => ({
  async write(name, bytes, mime) {
    const copy = new Uint8Array(bytes)
    port.post({ say: 'file', name, bytes: copy, mime }, [copy.buffer])
  },
})

/** Milliseconds after an edit; what runs by itself and was never seen to run waits longer. */
const FORECAST_PAUSE = 150

/** The Worker's side: hears messages, drives the engine, answers. Says `ready` when it is made. */
export class EngineHost {
  readonly engine: Engine
  readonly #catalogue: Catalogue
  #drawings: Drawings
  #document: GraphDocument | undefined
  #update = 0
  #run = 0
  /** A run of a document that was left has not ended yet. */
  #leaving = 0
  #statesSoon = false
  #running = 0
  #forecastSoon: ReturnType<typeof setTimeout> | undefined

  constructor(readonly parts: HostParts) {
    this.engine = new Engine({
      ...parts,
      listener: {
        state: (node, state) => {
          this.#sendStates()
          if (state.phase !== 'done') return
          if (this.#leaving > 0) return
          // What is looked at is drawn before the small pictures.
          this.#drawings.refreshViewed()
          void this.#drawings.refresh(node.id)
        },
        progress: (done, secondsLeft) => this.#post({ say: 'progress', run: this.#run, done, secondsLeft }),
        warned: (node, message) => this.#leaving === 0 && this.#post({ say: 'warned', node, message }),
        preview: (node, outputs, { index, count }, step) => {
          const [shown] = Object.entries(outputs)
          if (this.#leaving > 0 || shown === undefined) return
          const [socket, value] = shown
          void this.#drawings.early({ node: node.id, socket, member: index, members: count }, value, step)
        },
      },
    })
    const painter = new Painter(parts.renderPreview, parts.renderSpread, parts.renderDifference, parts.makeBitmap)
    this.#drawings = new Drawings(this.engine, painter, parts.backend, parts.port)
    this.#catalogue = catalogueOf(parts.nodes)
    const catalogue = [...this.#catalogue.values()]
    this.#post({ say: 'ready', info: parts.info, catalogue, checkpoints: parts.checkpoints })
  }

  /** Handles one message. Never throws: what goes wrong is said to the page. */
  receive(message: ToWorker): void {
    switch (message.do) {
      case 'ping':
        return this.#post({ say: 'pong', ping: message.ping })
      case 'update':
        this.#hear(message.document)
        return void this.#refresh(message.document, message.live)
      case 'run':
        this.#post({ say: 'begun', run: message.run })
        return void this.#start(message.run, message.document, message.targets)
      case 'cancel':
        return void this.engine.cancel()
      case 'leave':
        return this.#leave(message.leave)
      case 'picture':
        return this.parts.addPicture(message.sha256, message.name, message.bytes)
      case 'checkpoint':
        return void this.#take(message.request, message)
      case 'results':
        return void this.#results(message.request, message.forget)
      case 'memory':
        this.parts.memory?.limit(message.bytes)
        return this.#forecast()
      case 'view':
        return this.#drawings.viewed.look(message.look)
      case 'relief':
        return this.#drawings.reliefs.look(message.look)
      case 'read': {
        const { request, x, y } = message
        return this.#post({ say: 'read', request, point: this.#drawings.inspected.point(x, y) })
      }
      case 'measure':
        return this.#post({
          say: 'measured',
          request: message.request,
          levels: this.#drawings.inspected.levels(),
        })
      case 'pin':
        this.#drawings.inspected.pin()
        return this.#post({ say: 'pinned', request: message.request })
      case 'compare':
        return void this.#compare(message.request)
      case 'open':
        return this.#open(message.request, message.text)
    }
  }

  async #start(run: number, document: GraphDocument, targets: readonly string[] | undefined): Promise<void> {
    this.#run = run
    this.#running++
    this.#hear(document)
    try {
      const report = await this.engine.run(document, { targets, fill: true })
      if (run === this.#run) this.#post({ say: 'finished', run, report })
    } catch (error) {
      // A run that a newer one has replaced ends without a word.
      if (run !== this.#run) return
      const plain = plainError(error)
      if (error instanceof AppError && error.code === 'engine/cancelled') this.#post({ say: 'cancelled', run })
      else if (plain.code === 'gpu/device-lost') this.#post({ say: 'dead', error: plain })
      else this.#post({ say: 'failed', run, error: plain })
    } finally {
      this.#running--
    }
    if (run === this.#run && this.#document !== undefined) await this.#refresh(this.#document)
  }

  #hear(document: GraphDocument): void {
    this.#document = document
    const nodes = new Set(document.nodes.map(({ id }) => id))
    this.#drawings.keep(nodes)
  }

  /** Another document is shown from now on: nothing is told of this one any more. */
  #leave(leave: number): void {
    const { engine, painter, inspected } = this.#drawings
    this.#drawings.end()
    // What was pinned can be compared with.
    this.#drawings = new Drawings(engine, painter, this.parts.backend, this.parts.port, inspected)
    this.#document = undefined
    this.#update++
    this.#leaving++
    void engine.leave().finally(() => this.#leaving--)
    this.#post({ say: 'left', leave })
  }

  /**
   * States first, then the pictures of what is cached; or what is shown is computed, where it may be and takes no time. Only
   * the latest document is answered.
   */
  async #refresh(document: GraphDocument, live?: Live & { readonly run: number }): Promise<void> {
    const update = ++this.#update
    try {
      const states = await this.engine.update(document)
      if (update !== this.#update) return
      const catalogue = catalogueWith(this.#catalogue, document.groups)
      const plan = live && livePlan(document, catalogue, states, live.viewed)
      // A run that was asked for meanwhile has this edit too.
      if (live && plan?.pause === 0 && live.run > this.#run) {
        this.#post({ say: 'begun', run: live.run, targets: plan.targets })
        void this.#start(live.run, document, plan.targets)
        return this.#post({ say: 'states', states: [...states] })
      }
      this.#post({ say: 'states', states: [...states] })
      this.#drawings.refreshViewed()
      this.#forecast()
      for (const [id, { phase }] of states) {
        if (update !== this.#update) return
        if (phase === 'cached' || phase === 'done') await this.#drawings.refresh(id)
      }
    } catch (error) {
      this.#post({ say: 'failed', run: this.#run, error: plainError(error) })
    }
  }

  /** Working it out takes a moment: not while a knob is turned, and not while something runs. */
  #forecast(): void {
    clearTimeout(this.#forecastSoon)
    const soon = (this.#forecastSoon = setTimeout(() => {
      const document = this.#document
      if (document === undefined || this.#running > 0) return
      void this.parts.memory
        ?.needs(document)
        // Also while a run goes on that began meanwhile.
        .then((needs) => soon === this.#forecastSoon && this.#post({ say: 'memory', needs }))
        .catch(() => undefined)
    }, FORECAST_PAUSE))
  }

  /** During a run states change many times a second: they go out together, after what is being done now. */
  #sendStates(): void {
    if (this.#statesSoon) return
    this.#statesSoon = true
    setTimeout(() => {
      this.#statesSoon = false
      const document = this.#document
      const update = this.#update
      if (document === undefined) return
      void this.engine
        .update(document)
        .then((states) => {
          if (update !== this.#update) return
          this.#post({ say: 'states', states: [...states] })
          this.#drawings.refreshViewed()
        })
        .catch(() => undefined)
    }, 30)
  }

  async #take(request: number, folder: GivenFolder): Promise<void> {
    try {
      this.#post({ say: 'taken', request, row: await this.parts.addCheckpoint(folder) })
    } catch (error) {
      this.#post({ say: 'refused', request, error: plainError(error) })
    }
  }

  async #results(request: number, forget: boolean): Promise<void> {
    try {
      if (forget) await this.engine.clear({ everywhere: true })
      this.#post({ say: 'kept', request, bytes: await this.engine.keptBytes() })
    } catch (error) {
      this.#post({ say: 'refused', request, error: plainError(error) })
    }
    if (forget && this.#document !== undefined) await this.#refresh(this.#document)
  }

  async #compare(request: number): Promise<void> {
    try {
      const difference = await this.engine.lane.run(() => this.#drawings.inspected.difference())
      this.#post({ say: 'differs', request, difference }, difference && [difference.bitmap])
    } catch (error) {
      this.#post({ say: 'refused', request, error: plainError(error) })
    }
  }

  #open(request: number, text: string): void {
    try {
      this.#post({ say: 'opened', request, read: parseDocument(text, this.parts.nodes) })
    } catch (error) {
      this.#post({ say: 'refused', request, error: plainError(error) })
    }
  }

  #post(message: FromWorker, transfer?: Transferable[]): void {
    this.parts.port.post(message, transfer)
  }
}
