import { AppError, plainError } from '../base/errors.ts'
import { measured } from '../base/measured.ts'
import { memberText } from '../base/member-text.ts'
import type { SerialQueue } from '../base/queue.ts'
import type { Services } from '../base/service.ts'
import type { Member, RunContext } from '../node/context.ts'
import type { Backend } from '../tensor/tensor.ts'
import { batchSize, call, fittingBatch, type Inputs } from './call.ts'
import type { Costs } from './costs.ts'
import type { NodeReport, NodeState, SkippedNode } from './events.ts'
import { neededMembers, needs } from './needs.ts'
import { Pins } from './results/pins.ts'
import type { Plan, Step } from './plan.ts'
import { Progress, type Told } from './progress.ts'
import type { Outputs } from './results/cache.ts'
import type { Results } from './results/results.ts'
import { trailOf, type StepOf } from './trail.ts'
import type { PlannedNode } from './resolve.ts'

/** What a run tells while it goes on. */
export interface RunListener {
  state(node: PlannedNode, state: NodeState): void
  progress(done: number, secondsLeft: number | undefined): void
  warned(node: string, message: string): void
  /** Outputs of an unfinished result, by socket. They are borrowed: retain them to use them after this call. */
  preview(node: PlannedNode, outputs: Outputs, member: Member, step: StepOf): void
}

/** What a run works with. */
export interface Environment {
  readonly backend: Backend
  readonly services: Services
  readonly results: Results
  readonly costs: Costs
  readonly lane: SerialQueue
  readonly listener: RunListener
  /** Milliseconds of a steady clock. */
  now(): number
  dropModels(): Promise<void>
  /** Lets the thread hear messages (a cancel) between members. */
  pause(): Promise<void>
}

/** How a run ended that came to its end. */
export interface Outcome {
  readonly nodes: readonly NodeReport[]
  /** One error for each node that failed; it names the node. */
  readonly failed: readonly AppError[]
  readonly skipped: readonly SkippedNode[]
}

/** After these the next node would fail as well: the device or its memory is gone. */
const FATAL: ReadonlySet<string> = new Set(['gpu/device-lost', 'gpu/out-of-memory', 'engine/cancelled'])

/** After these a call may succeed with less in the way, or with fewer members. */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set(['gpu/out-of-memory', 'onnx/out-of-memory'])

/** After these the buffers that models keep for themselves may be among those that found no memory: they are no good for ever. */
const DOUBTFUL: ReadonlySet<string> = new Set([...OUT_OF_MEMORY, 'gpu/invalid'])

/** Results that were there when the run was planned and are not any more: plan again. Nothing has been done yet. */
export class LostResults extends Error {}

/**
 * Does what a plan says, one node call at a time, members in order. What is finished stays in the cache, also when the
 * run is aborted or fails; nothing else is left. A node ends at its first member that fails, and what depends on it is
 * skipped; everything else is computed. Rejects with `engine/cancelled` when `signal` was aborted, with
 * `gpu/device-lost` or `gpu/out-of-memory`, which then name the node, and with LostResults before anything was done.
 */
export async function execute(plan: Plan, environment: Environment, signal: AbortSignal): Promise<Outcome> {
  const { results, lane } = environment
  const pins = new Pins(results.cache)
  for (const { node, members } of plan.steps) for (const member of members) pins.hold(needs(node, member))
  for (const id of plan.targets) pins.hold(plan.nodes.get(id)?.keys ?? [])
  const progress = new Progress(plan.steps, environment.costs)
  const failed = new Map<string, AppError>()
  const skipped = new Map<string, string>()
  const reports = new Map([...plan.cached].map(([id, cached]) => [id, reportOf(plan, id, cached)]))
  try {
    await lane.run(() => fetchFinished(plan, results, signal))
    for (const { node, members } of plan.steps) {
      environment.listener.state(node, { phase: 'waiting' })
      const report = reports.get(node.id)
      if (report !== undefined && node.definition.sink === true) report.cached = node.keys.length - members.length
    }
    for (const step of plan.steps) {
      const { id, sources } = step.node
      const report = reports.get(id)
      if (report === undefined) continue
      const [missing] = [...sources.values()].flatMap(({ node }) =>
        failed.has(node.id) ? node.id : (skipped.get(node.id) ?? []),
      )
      if (missing === undefined) {
        const failure = await new StepRun(step, report, environment, pins, progress, signal).run()
        if (failure !== undefined) failed.set(id, failure)
      } else {
        skipped.set(id, missing)
        environment.listener.state(step.node, { phase: 'skipped', failed: missing })
      }
      if (failed.has(id) || skipped.has(id)) progress.drop(step)
    }
    environment.listener.progress(1, 0)
  } finally {
    pins.freeAll()
  }
  return {
    nodes: [...reports.values()],
    failed: [...failed.values()],
    skipped: [...skipped].map(([node, missing]) => ({ node, failed: missing })),
  }
}

/** Brings to the backend what the steps need and do not make themselves. */
async function fetchFinished({ steps }: Plan, results: Results, signal: AbortSignal): Promise<void> {
  const made = new Set(steps.flatMap(({ node, members }) => members.map((member) => node.keys[member] ?? '')))
  const needed = new Set(steps.flatMap(({ node, members }) => members.flatMap((member) => needs(node, member))))
  for (const key of needed) {
    if (made.has(key)) continue
    if (signal.aborted) throw cancelled()
    if (!(await results.fetch(key))) throw new LostResults()
  }
}

interface OpenReport {
  readonly id: string
  readonly type: string
  ms: number
  computed: number
  cached: number
  warnings: readonly string[]
}

const reportOf = (plan: Plan, id: string, cached: number): OpenReport => ({
  id,
  type: plan.nodes.get(id)?.definition.type ?? '',
  ms: 0,
  computed: 0,
  cached,
  warnings: [],
})

/** One node of a run. */
class StepRun {
  readonly #node: PlannedNode
  #size: number
  /** The size was left to the program: members that do not go together are then computed one by one. */
  readonly #auto: boolean
  #evicted = false
  /** The members that are computed now, or were last. */
  #members: readonly number[] = []
  /** When the call under way began, when it last told of itself, and the share that it had done then. */
  #call = { start: 0, heard: 0, done: 0 }

  constructor(
    readonly step: Step,
    readonly report: OpenReport,
    readonly environment: Environment,
    readonly pins: Pins,
    readonly progress: Progress,
    readonly signal: AbortSignal,
  ) {
    this.#node = step.node
    const size = batchSize(step.node)
    this.#auto = size === null
    this.#size = size ?? 1
  }

  /** Resolves to why the node failed, or undefined; rejects with what ends the whole run. */
  async run(): Promise<AppError | undefined> {
    const { listener } = this.environment
    try {
      const open = [...this.step.members]
      if (this.#auto && open.length > 1) this.#size = await this.environment.lane.run(() => this.#fitting(open[0] ?? 0))
      while (open.length > 0) {
        this.#stopIfAborted()
        const batch = this.#take(open)
        if (batch.length === 0) continue
        const finished = await this.environment.lane.run(() => this.#compute(batch))
        if (!finished) open.unshift(...batch)
        await this.environment.pause()
      }
    } catch (error) {
      if (this.signal.aborted) throw cancelled()
      const failure = this.#named(error)
      listener.state(this.#node, { phase: 'failed', error: plainError(failure) })
      if (FATAL.has(failure.code)) throw failure
      return failure
    }
    const { ms, computed, cached } = this.report
    listener.state(this.#node, { phase: 'done', ms, computed, cached })
    return undefined
  }

  /** The next members to compute. One whose equal was made meanwhile (same key) is taken from the cache. */
  #take(open: number[]): readonly number[] {
    const batch: number[] = []
    const keys = new Set<string>()
    while (open.length > 0 && batch.length < this.#size) {
      const member = open[0] ?? 0
      const key = this.#key(member)
      // Its equal is in this batch: it is found in the cache next time.
      if (keys.has(key)) break
      open.shift()
      if (this.#node.definition.sink !== true && this.environment.results.cache.has(key)) {
        this.report.cached += 1
        this.#finish([member], 0)
      } else {
        keys.add(key)
        batch.push(member)
      }
    }
    return batch
  }

  /** False when memory ran out and the members must be tried again, with less in the way or fewer at once. */
  async #compute(members: readonly number[]): Promise<boolean> {
    this.#stopIfAborted()
    const { results, costs, now } = this.environment
    const start = now()
    this.#members = members
    this.#call = { start, heard: start, done: 0 }
    this.#show(members, 0, 1)
    let made
    try {
      const inputs = members.map((member) => this.#inputs(member))
      made = await measured(`node ${this.#node.definition.type}`, () =>
        call(this.#node, inputs, this.#context(members)),
      )
    } catch (error) {
      if (!this.signal.aborted && (await this.#makeRoom(error, members.length))) return false
      throw error
    }
    const ms = now() - start
    for (const [i, member] of members.entries()) {
      costs.add(this.#node, made[i] ?? {}, ms / members.length)
      await results.add(this.#key(member), made[i] ?? {}, ms / members.length)
    }
    this.report.ms += ms
    this.report.computed += members.length
    this.#finish(members, ms)
    return true
  }

  #finish(members: readonly number[], ms: number): void {
    this.pins.free(members.flatMap((member) => needs(this.#node, member)))
    this.progress.finish(this.step, members.length, ms)
    this.#tell(this.progress.now())
  }

  /** True when the same is worth another try. In the order of what it costs: kept results, then the batch, halved. */
  async #makeRoom(error: unknown, members: number): Promise<boolean> {
    const code = error instanceof AppError ? error.code : ''
    const tooLarge = code === 'onnx/too-large' || (this.#auto && code === 'node/unlike-members')
    if (DOUBTFUL.has(code)) await this.environment.dropModels()
    if (!OUT_OF_MEMORY.has(code) && !tooLarge) return false
    // What is too large by itself does not become smaller by what is forgotten.
    if (!this.#evicted && !tooLarge) {
      this.#evicted = true
      this.environment.results.cache.trim(0)
      return true
    }
    if (members === 1) return false
    this.#size = Math.ceil(members / 2)
    return true
  }

  /** The device may still have less room: then it is halved. */
  async #fitting(member: number): Promise<number> {
    this.#stopIfAborted()
    return fittingBatch(this.#node, this.#inputs(member), this.#context([member]))
  }

  #inputs(member: number): Inputs {
    const given = neededMembers(this.#node, member).map(({ socket, source, members }) => {
      const values = members.map((index) => {
        const value = this.environment.results.cache.get(source.node.keys[index] ?? '')?.[source.socket]
        if (value === undefined)
          throw new AppError('engine/lost-value', `The result of ${source.node.title} is gone.`, {
            fix: 'Run again.',
            remedies: [{ do: 'again' }],
          })
        return value
      })
      return [socket, this.#node.definition.inputs[socket]?.each === true ? values : values[0]] as const
    })
    return Object.fromEntries(given)
  }

  #context(members: readonly number[]): RunContext {
    const { backend, services, listener, results, now } = this.environment
    const keys = members.map((member) => this.#key(member))
    const member: Member = { index: members[0] ?? 0, count: this.#node.keys.length }
    return {
      backend,
      signal: this.signal,
      member,
      use: (key) => services.use(key),
      progress: (done, of) => this.#show(members, done, of),
      trail: trailOf(keys, results, now, (outputs, step) => listener.preview(this.#node, outputs, member, step)),
      warn: (message) => {
        // Every member says the same: once is enough.
        if (this.report.warnings.includes(message)) return
        this.report.warnings = [...this.report.warnings, message]
        listener.warned(this.#node.id, message)
      },
    }
  }

  #show(members: readonly number[], done: number, of: number): void {
    const { listener, now } = this.environment
    listener.state(this.#node, { phase: 'running', members, of: this.#node.keys.length, step: done, steps: of })
    const share = of > 0 ? Math.min(1, done / of) : 0
    const time = now()
    const { start, heard, done: before } = this.#call
    const lately = share > before ? { ms: time - heard, share: share - before } : undefined
    if (lately) this.#call = { start, heard: time, done: share }
    this.#tell(this.progress.now({ step: this.step, members: members.length, share, elapsed: time - start, lately }))
  }

  #tell({ done, secondsLeft }: Told): void {
    this.environment.listener.progress(done, secondsLeft)
  }

  #key(member: number): string {
    return this.#node.keys[member] ?? ''
  }

  #stopIfAborted(): void {
    if (this.signal.aborted) throw cancelled()
  }

  /** Said of the node, and of an ensemble also of the members at which it ended. A lost device is nobody's fault. */
  #named(error: unknown): AppError {
    const { id, title, keys } = this.#node
    const of = keys.length
    const which = of > 1 && this.#members.length > 0 ? memberText(this.#members, of) : undefined
    if (error instanceof AppError) return error.at(id, error.code === 'gpu/device-lost' ? undefined : which)
    const message = error instanceof Error ? error.message : String(error)
    return new AppError('engine/unexpected', `${title}: ${message}`, { cause: error }).at(id, which)
  }
}

export const cancelled = (): AppError => new AppError('engine/cancelled', 'The run was stopped.')
