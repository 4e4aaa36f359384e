import type { PlainError } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import type { GraphDocument } from '../graph/document.ts'
import { fileName } from '../graph/text.ts'
import type { ReadDocument } from '../graph/validate.ts'
import type { PictureRef } from '../node/params.ts'
import type {
  BackendChoice,
  CheckpointRow,
  ClientOptions,
  EngineClient,
  EngineEvents,
  GivenFolder,
  Live,
  PresetReader,
} from './client.ts'
import type { Difference, Levels, Look, PointRead, ReliefLook } from './events.ts'
import type { FromWorker, ToWorker } from './protocol.ts'
import { discarded, unexpected, type Answer, type Question } from './answers.ts'
import { Offers } from './offers.ts'
import { TIMES, Watchdog, type WatchdogTimes } from './watchdog.ts'

interface Run {
  readonly number: number
  readonly document: GraphDocument
  readonly targets: readonly string[] | undefined
  /** Runs again by themselves once, after the device was lost. */
  readonly again: boolean
}

/** Workers that die before they are ready, in a row, before it is given up. */
const STARTS = 3

/** Milliseconds within which a second loss is not by chance: then the person is asked. */
const SOON = 60_000

/** Starts the engine in a Worker. Everything asked for before it is ready waits. */
export const createEngineClient = (
  makeWorker: (backend: BackendChoice) => Worker,
  events: EngineEvents,
  options: ClientOptions = {},
): EngineClient & PresetReader => new WorkerClient(makeWorker, events, options)

class WorkerClient implements EngineClient, PresetReader {
  #worker: Worker | undefined
  #ready = false
  #disposed = false
  #failedStarts = 0
  #lost = -Infinity
  #backend: BackendChoice
  #times: WatchdogTimes = TIMES.webgpu
  #document: GraphDocument | undefined
  #look: Look | undefined
  #relief: ReliefLook | undefined
  #run: Run | undefined
  readonly #offers = new Offers()
  /** The run that the Worker is at. */
  #begun: number | undefined
  #number = 0
  /** Until it is heard, what the Worker says is of the document before. */
  #leaving: number | undefined
  #pings = 0
  /** What a new Worker must be given again. Blobs, not bytes: they may stay on disk. */
  readonly #pictures = new Map<string, { readonly name: string; readonly file: Blob }>()
  readonly #folders = new Map<string, GivenFolder>()
  #memory: number | undefined
  readonly #asked = new Map<number, Question>()
  readonly #watchdog = new Watchdog(
    () => this.#times,
    () => this.#post({ do: 'ping', ping: ++this.#pings }),
    (why) => this.#bitten(why),
  )

  constructor(
    readonly makeWorker: (backend: BackendChoice) => Worker,
    readonly events: EngineEvents,
    readonly options: ClientOptions,
  ) {
    this.#backend = options.backend ?? 'auto'
    this.#start()
  }

  update(document: GraphDocument, live?: Live): void {
    this.#document = document
    if (!this.#ready) return
    const run = ++this.#number
    if (live) this.#offers.add(run, document)
    this.#post({ do: 'update', document, ...(live && { live: { ...live, run } }) })
  }

  run(document: GraphDocument, targets?: readonly string[]): void {
    this.#document = document
    this.#send({ number: ++this.#number, document, targets, again: true })
  }

  leave(): void {
    this.#document = this.#look = this.#relief = undefined
    this.#offers.clear()
    if (!this.#ready) return
    this.#leaving = ++this.#number
    this.#post({ do: 'leave', leave: this.#leaving })
  }

  cancel(): void {
    if (this.#run === undefined) return
    if (this.#ready) {
      this.#watchdog.cancels()
      this.#post({ do: 'cancel' })
      return
    }
    this.#run = undefined
    this.events.cancelled()
  }

  async addPicture(file: Blob, name: string): Promise<PictureRef> {
    await this.options.checkPicture?.(file, name)
    const bytes = new Uint8Array(await file.arrayBuffer())
    const hash = await sha256(bytes)
    const shown = fileName(name, 200) || 'picture'
    this.#pictures.set(hash, { name: shown, file })
    if (this.#ready) this.#post({ do: 'picture', sha256: hash, name: shown, bytes }, [bytes.buffer])
    return { from: 'file', name: shown, sha256: hash }
  }

  view(look: Look): void {
    this.#look = look
    if (this.#ready) this.#post({ do: 'view', look })
  }

  relief(look: ReliefLook | undefined): void {
    this.#relief = look
    if (this.#ready) this.#post({ do: 'relief', look })
  }

  get backend(): BackendChoice {
    return this.#backend
  }

  use(backend: BackendChoice): void {
    if (backend === this.#backend) return
    this.#backend = backend
    this.#failedStarts = 0
    this.options.chosen?.(backend)
    this.#restart('What computes was changed.')
  }

  async keptBytes(): Promise<number> {
    return this.#kept(false)
  }

  async forgetResults(): Promise<void> {
    await this.#kept(true)
  }

  async read(x: number, y: number): Promise<PointRead | undefined> {
    const answer = await this.#ask((request) => ({ do: 'read', request, x, y }))
    if (answer.say !== 'read') throw unexpected(answer)
    return answer.point
  }

  async measure(): Promise<Levels | undefined> {
    const answer = await this.#ask((request) => ({ do: 'measure', request }))
    if (answer.say !== 'measured') throw unexpected(answer)
    return answer.levels
  }

  async pin(): Promise<void> {
    const answer = await this.#ask((request) => ({ do: 'pin', request }))
    if (answer.say !== 'pinned') throw unexpected(answer)
  }

  async compare(): Promise<Difference | undefined> {
    const answer = await this.#ask((request) => ({ do: 'compare', request }))
    if (answer.say !== 'differs') throw unexpected(answer)
    return answer.difference
  }

  limitMemory(bytes: number | undefined): void {
    this.#memory = bytes
    if (this.#ready) this.#post({ do: 'memory', bytes })
  }

  async addCheckpoint(folder: GivenFolder): Promise<CheckpointRow> {
    const answer = await this.#ask((request) => ({ do: 'checkpoint', request, ...folder }))
    if (answer.say !== 'taken') throw unexpected(answer)
    this.#folders.set(answer.row.id, folder)
    return answer.row
  }

  async open(text: string): Promise<ReadDocument> {
    const answer = await this.#ask((request) => ({ do: 'open', request, text }))
    if (answer.say !== 'opened') throw unexpected(answer)
    return answer.read
  }

  dispose(): void {
    this.#disposed = true
    this.#stop()
    for (const [request, { answer }] of this.#asked)
      answer({ say: 'refused', request, error: { code: 'engine/closed', message: 'The engine was closed.' } })
  }

  async #kept(forget: boolean): Promise<number> {
    const answer = await this.#ask((request) => ({ do: 'results', request, forget }))
    if (answer.say !== 'kept') throw unexpected(answer)
    return answer.bytes
  }

  #ask(question: (request: number) => ToWorker): Promise<Answer> {
    const request = ++this.#number
    const message = question(request)
    return new Promise((resolve) => {
      const answer = (given: Answer) => {
        this.#asked.delete(request)
        resolve(given)
      }
      this.#asked.set(request, { message, answer })
      if (this.#ready) this.#post(message)
    })
  }

  #start(): void {
    const worker = (this.#worker = this.makeWorker(this.#backend))
    // A Worker that was replaced may still have messages under way.
    const current = () => worker === this.#worker
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => current() && this.#hear(data)
    worker.onerror = (event) =>
      current() && this.#died({ code: 'engine/crashed', message: event.message || 'The engine crashed.' })
    worker.onmessageerror = () =>
      current() && this.#died({ code: 'engine/crashed', message: 'A message of the engine could not be read.' })
  }

  #stop(): void {
    this.#watchdog.rests()
    this.#worker?.terminate()
    this.#worker = undefined
    this.#ready = false
    this.#leaving = undefined
  }

  #hear(message: FromWorker): void {
    this.#watchdog.heard()
    if (this.#leaving !== undefined && discarded(message)) return
    switch (message.say) {
      case 'pong':
      case 'busy':
        return
      case 'ready':
        this.#times = TIMES[message.info.backend]
        this.events.ready(message.info, message.catalogue, message.checkpoints)
        return void this.#replay()
      case 'states':
        return this.events.states(new Map(message.states))
      case 'left':
        if (message.leave === this.#leaving) this.#leaving = undefined
        return
      case 'preview':
        return this.events.preview(message.preview)
      case 'members':
        return this.events.members(message.members)
      case 'member':
        return this.events.member(message.picture)
      case 'spread':
        return this.events.spread(message.picture)
      case 'relief':
        return this.events.relief(message.relief)
      case 'begun':
        return this.#hasBegun(message.run, message.targets)
      case 'warned':
        return this.events.warned(message.node, message.message)
      case 'memory':
        return this.events.memory(new Map(message.needs))
      case 'file':
        // One of a run that was replaced is not of the run that the page has begun.
        if (this.#begun === this.#run?.number) this.events.file(message.name, message.bytes, message.mime)
        return
      case 'progress':
        if (message.run === this.#run?.number) this.events.progress(message.done, message.secondsLeft)
        return
      case 'finished':
        return this.#ended(message.run, () => this.events.finished(message.report))
      case 'cancelled':
        return this.#ended(message.run, () => this.events.cancelled())
      case 'failed':
        if (this.#run === undefined) return this.events.failed(message.error)
        return this.#ended(message.run, () => this.events.failed(message.error))
      case 'opened':
      case 'taken':
      case 'kept':
      case 'read':
      case 'measured':
      case 'pinned':
      case 'differs':
      case 'refused':
        return this.#asked.get(message.request)?.answer(message)
      case 'dead':
        return this.#died(message.error)
    }
  }

  #hasBegun(number: number, targets: readonly string[] | undefined): void {
    this.#begun = number
    const document = targets && this.#offers.take(number)
    // Run was pressed meanwhile: that one replaces it.
    if (document === undefined || number < (this.#run?.number ?? 0)) return
    this.#run = { number, document, targets, again: true }
    this.#watchdog.runs()
    this.events.begun(document)
  }

  #ended(run: number, tell: () => void): void {
    if (run !== this.#run?.number) return
    this.#run = undefined
    this.#watchdog.rests()
    tell()
  }

  /** Gives a new Worker what the old one had, in an order in which nothing is missing. */
  async #replay(): Promise<void> {
    const worker = this.#worker
    const given = new Set<string>()
    // Pictures may be added while others are read.
    while (given.size < this.#pictures.size) {
      for (const [hash, { name, file }] of this.#pictures) {
        if (given.has(hash)) continue
        given.add(hash)
        // A file that was changed or removed on disk meanwhile can no longer be read: the engine says it is missing.
        const bytes = await file.arrayBuffer().then(
          (buffer) => new Uint8Array(buffer),
          () => undefined,
        )
        if (worker !== this.#worker) return
        if (bytes !== undefined) this.#post({ do: 'picture', sha256: hash, name, bytes }, [bytes.buffer])
      }
    }
    this.#ready = true
    this.#failedStarts = 0
    if (this.#memory !== undefined) this.#post({ do: 'memory', bytes: this.#memory })
    for (const folder of this.#folders.values()) this.#post({ do: 'checkpoint', request: 0, ...folder })
    if (this.#document !== undefined) this.#post({ do: 'update', document: this.#document })
    if (this.#look !== undefined) this.#post({ do: 'view', look: this.#look })
    if (this.#relief !== undefined) this.#post({ do: 'relief', look: this.#relief })
    for (const { message } of this.#asked.values()) this.#post(message)
    if (this.#run !== undefined) this.#send(this.#run)
  }

  #send(run: Run): void {
    this.#run = run
    if (!this.#ready) return
    this.#watchdog.runs()
    this.#post({ do: 'run', run: run.number, document: run.document, targets: run.targets })
  }

  #bitten(why: 'hang' | 'cancel'): void {
    this.#run = undefined
    this.#restart(why === 'hang' ? 'The engine did not answer.' : 'The engine did not stop when asked to.')
    if (why === 'cancel') this.events.cancelled()
    else
      this.events.failed({
        code: 'engine/hung',
        message: 'The engine did not answer and was restarted.',
        fix: 'Run again, perhaps at a lower resolution.',
      })
  }

  /**
   * A lost device or a crash: the run goes on by itself once. A second time soon after is told as a failure, so that
   * nothing goes round for ever: the person chooses what comes next.
   */
  #died(error: PlainError): void {
    if (!this.#ready && ++this.#failedStarts >= STARTS) {
      this.#stop()
      this.#run = undefined
      return this.events.failed({ ...error, fix: error.fix ?? 'Reload the page.' })
    }
    const run = this.#run
    const now = Date.now()
    const soon = now - this.#lost < SOON
    this.#lost = now
    const again = run?.again === true && !soon
    this.#run = again ? { ...run, again: false } : undefined
    this.#restart(error.message)
    if (run !== undefined && !again) this.events.failed(error)
  }

  #restart(reason: string): void {
    this.#stop()
    if (this.#disposed) return
    this.#start()
    this.events.restarted(reason, this.#run !== undefined)
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer)
  }
}
