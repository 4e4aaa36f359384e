import { AppError, plainError } from '../base/errors.ts'
import { SerialQueue } from '../base/queue.ts'
import type { Services } from '../base/service.ts'
import type { GraphDocument } from '../graph/document.ts'
import { flatten } from '../graph/groups/flatten.ts'
import type { Facts } from '../base/facts.ts'
import type { PortValue } from '../node/values.ts'
import type { Backend } from '../tensor/tensor.ts'
import { carryingGraph } from './carried-graph.ts'
import { Contents, type Sources } from './contents.ts'
import { Costs, type CostFile } from './costs.ts'
import type { EnsembleAt } from './ensemble.ts'
import type { BackendInfo, Look, NodeState, RunReport } from './events.ts'
import { breather } from '../base/pause.ts'
import { gaps } from './fill.ts'
import { Outer } from './outer.ts'
import { nothingToRun, plan, type Plan } from './plan.ts'
import type { PlannedNode, Registry } from './resolve.ts'
import { Results } from './results/results.ts'
import type { Tier } from './results/tier.ts'
import { Shown } from './shown.ts'
import { stepCount, stepKey, stepsOf } from './trail.ts'
import { cancelled, execute, LostResults, type Outcome, type RunListener } from './run.ts'

/** What is kept and not looked into here: it counts, and is forgotten with the rest. */
export interface KeptElsewhere {
  bytes(): Promise<number>
  clear(): Promise<void>
}

export interface EngineParts {
  readonly nodes: Registry
  readonly backend: Backend
  readonly services: Services
  readonly sources: Sources
  readonly info: BackendInfo
  /** Bytes of tensors to keep for later runs. */
  readonly cacheBytes: number
  /** Where dear results are kept besides, fastest first. */
  readonly tiers?: readonly Tier[]
  /** Results that other backends keep for later sessions. */
  readonly elsewhere?: KeptElsewhere
  /** Where what computing takes on this device is kept. */
  readonly costs?: CostFile
  readonly listener?: Partial<RunListener>
  /** Gives up what models hold on the device; they are loaded again when they are used. Called when its memory has run out. */
  readonly dropModels?: () => Promise<void>
  /** Tests give their own clock and pause. */
  readonly now?: () => number
  readonly pause?: () => Promise<void>
}

/** A value by where it is made. */
export interface LookedAt {
  readonly node: string
  readonly socket: string
  readonly member: number
}

export interface RunOptions {
  readonly targets?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
  /** After the targets also makes what they rest on and is not there, where that takes no time: to be looked at. */
  readonly fill?: boolean | undefined
}

/** Plans of one run that may turn out to rest on results which are gone. */
const MOST_LOST = 100

/** A document, the results made of it so far, and one run at a time. The same for the Worker and the command line. */
export class Engine {
  readonly info: BackendInfo
  /** One thing at a time: overlapping session runs on one device freeze or crash the runtime. */
  readonly lane = new SerialQueue()
  readonly #parts: EngineParts
  readonly #results: Results
  readonly #costs: Costs
  readonly #contents: Contents
  /** The last state of nodes in a run, with the keys it is said of. */
  readonly #live = new Map<string, { readonly keys: string; readonly state: NodeState }>()
  #shown: Shown | undefined
  #updates = 0
  #stop: AbortController | undefined
  #running: Promise<unknown> = Promise.resolve()

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.info = parts.info
    this.#contents = new Contents(parts.nodes, parts.sources)
    this.#costs = new Costs(parts.costs)
    this.#results = new Results(parts.cacheBytes, parts.backend, parts.tiers)
  }

  /** Bytes of tensors that are kept. */
  get bytes(): number {
    return this.#results.cache.bytes
  }

  /** The states of all nodes as the document is now. Computes nothing and opens no file that was looked at before. */
  async update(
    document: GraphDocument,
    signal = new AbortController().signal,
  ): Promise<ReadonlyMap<string, NodeState>> {
    const update = ++this.#updates
    const shown = await this.#planned(document, undefined, signal)
    // An edit that came meanwhile has shown its own plan already.
    if (update === this.#updates) this.#shown = shown
    return shown.outer.states(this.#states(shown.plan))
  }

  /**
   * Computes the targets (default: every sink) and what they need. A newer run stops an older one and waits for it.
   * Targets that are blocked and nodes that fail are listed in the report, and what does not depend on them is computed;
   * when no target can run, the first one's error is thrown. Errors: `engine/cancelled`, `engine/nothing-to-run`, and
   * `gpu/device-lost` or `gpu/out-of-memory`, naming the node.
   */
  async run(document: GraphDocument, { targets, signal, fill = false }: RunOptions = {}): Promise<RunReport> {
    this.#stop?.abort()
    const stop = (this.#stop = new AbortController())
    const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
    const before = this.#running
    const run = before.catch(() => undefined).then(() => this.#run(document, targets, fill, both))
    this.#running = run
    try {
      return await run
    } finally {
      if (this.#stop === stop) this.#stop = undefined
    }
  }

  /** Stops the run that goes on, if any; resolves when it has stopped. */
  async cancel(): Promise<void> {
    this.#stop?.abort()
    await this.#running.catch(() => undefined)
  }

  /** Another document comes: nothing can be looked up of this one any more. Resolves when its run has stopped. */
  async leave(): Promise<void> {
    this.#updates += 1
    this.#shown = undefined
    await this.cancel()
  }

  /**
   * What a socket holds now: an output's value, or what an input is given; with `step`, what the member would have come to
   * after that step of its node. Borrowed until the next `await`: retain its tensors to keep it. Undefined when it is not on
   * the backend.
   */
  value(node: string, socket: string, member = 0, step?: number): PortValue | undefined {
    const at = this.#at(node, socket, member, step)
    return at && this.#results.cache.get(at.key)?.[at.socket]
  }

  /** Brings what a socket holds to where `value` finds it, if it was computed once and is kept. Run it in the lane. */
  async fetch(node: string, socket: string, member = 0, step?: number): Promise<void> {
    const at = this.#at(node, socket, member, step)
    if (at !== undefined) await this.#results.fetch(at.key)
  }

  /** Members of what a socket holds: 1 without an ensemble, 0 when the socket is open or cannot be computed. */
  members(node: string, socket: string): number {
    return this.#shown?.output(node, socket)?.node.keys.length ?? 0
  }

  /** Where the members are that are seen at a socket; undefined where there are none. */
  ensemble(node: string, socket: string): EnsembleAt | undefined {
    return this.#shown?.ensemble(node, socket)
  }

  /** The nodes that make one value of an ensemble, and where its members are. */
  merging(): ReadonlyMap<string, EnsembleAt> {
    return this.#shown?.merging() ?? new Map()
  }

  /** The value that a look is of. */
  lookedAt({ node, socket, member }: Pick<Look, 'node' | 'socket' | 'member'>): LookedAt {
    const at = this.ensemble(node, socket)
    if (at === undefined || (at.merged && member === undefined)) return { node, socket, member: 0 }
    return { node: at.node, socket: at.socket, member: member ?? 0 }
  }

  /** True when what a socket holds of a member need not be computed. */
  finished(node: string, socket: string, member = 0): boolean {
    const at = this.#at(node, socket, member)
    return at !== undefined && this.#results.has(at.key)
  }

  /** The steps of a member, by number from 1 and without the last, that can be looked at. */
  steps(node: string, socket: string, member = 0): readonly number[] {
    const at = this.#at(node, socket, member)
    return at === undefined ? [] : stepsOf(this.#results, at.key)
  }

  /** Of how many steps this one of a member is, the last of which is its result. Run it in the lane. */
  async stepCount(node: string, socket: string, member: number, step: number): Promise<number | undefined> {
    const at = this.#at(node, socket, member)
    return at && stepCount(this.#results, at.key, step)
  }

  /** The key of what a socket holds: changes exactly when its value may change. */
  key(node: string, socket: string, member = 0): string | undefined {
    const at = this.#at(node, socket, member)
    return at && `${at.key}.${at.socket}`
  }

  /** A node, or a part of a group, as planned last; undefined while it cannot run. */
  planned(id: string): PlannedNode | undefined {
    return this.#shown?.plan.nodes.get(id)
  }

  /** Sockets of a node whose values it shows. */
  sockets(id: string): readonly string[] {
    return this.#shown?.sockets(id) ?? []
  }

  /**
   * Forgets all results (those in use when they are free), and what is known of pictures and checkpoints; with
   * `everywhere` also what is kept for later sessions.
   */
  async clear(which: { readonly everywhere?: boolean } = {}): Promise<void> {
    await Promise.all([this.#results.clear(which), which.everywhere === true && this.#parts.elsewhere?.clear()])
    this.#contents.clear()
    this.#live.clear()
  }

  /** Bytes of results that are kept for later sessions, by this backend and others. */
  async keptBytes(): Promise<number> {
    await this.#results.open()
    await this.#results.settled()
    return this.#results.keptBytes + ((await this.#parts.elsewhere?.bytes()) ?? 0)
  }

  /** Stops and releases everything. */
  async dispose(): Promise<void> {
    await this.cancel()
    await this.clear()
    await this.#results.settled()
  }

  async #run(
    document: GraphDocument,
    targets: readonly string[] | undefined,
    fill: boolean,
    signal: AbortSignal,
  ): Promise<RunReport> {
    const { info } = this.#parts
    const now = this.#parts.now ?? (() => performance.now())
    const start = now()
    if (signal.aborted) throw cancelled()
    this.#updates += 1
    // A checkpoint folder may have changed on disk since it was identified.
    this.#contents.clear()
    for (let lost = 0; ; lost++) {
      const shown = await this.#planned(document, targets, signal, fill)
      // Another document may be shown by now.
      if (signal.aborted) throw cancelled()
      this.#shown = shown
      const { plan, outer } = shown
      const blocked = [...new Set(plan.blocked.map((error) => outer.error(error)))]
      if (plan.targets.length === 0) throw blocked[0] ?? nothingToRun()
      try {
        const { nodes, ...ended } = await this.#execute(shown, now, signal)
        const failed = ended.failed.map((error) => outer.error(error))
        const skipped = outer.skipped(ended.skipped)
        return {
          backend: info.backend,
          adapter: info.adapter,
          ...(info.reason !== undefined && { reason: info.reason }),
          ms: now() - start,
          nodes,
          ...(blocked.length > 0 && { blocked: blocked.map(plainError) }),
          ...(failed.length > 0 && { failed: failed.map(plainError), skipped }),
        }
      } catch (error) {
        // Each time at least one kept result was found damaged or gone, and is known to be.
        if (error instanceof LostResults && lost < MOST_LOST) continue
        throw error instanceof AppError ? outer.error(error) : error
      }
    }
  }

  async #execute({ plan, outer }: Shown, now: () => number, signal: AbortSignal): Promise<Outcome> {
    const { listener, backend, services } = this.#parts
    const { document, flat } = outer
    const said = (node: PlannedNode): PlannedNode => ({ ...node, id: flat.outer(node.id) })
    this.#live.clear()
    const environment = {
      backend,
      services: carryingGraph(services, document),
      results: this.#results,
      costs: this.#costs,
      lane: this.lane,
      dropModels: this.#parts.dropModels ?? (async () => undefined),
      now,
      pause: this.#parts.pause ?? breather(now),
      listener: {
        state: (node: PlannedNode, state: NodeState) => {
          this.#live.set(node.id, { keys: node.keys.join(), state })
          listener?.state?.(said(node), state)
        },
        progress: (done: number, secondsLeft: number | undefined) => listener?.progress?.(done, secondsLeft),
        warned: (node: string, message: string) => {
          const id = flat.outer(node)
          listener?.warned?.(id, id === node ? message : `${outer.title(node)}: ${message}`)
        },
        preview: (...[node, ...preview]: Parameters<RunListener['preview']>) =>
          listener?.preview?.(said(node), ...preview),
      },
    }
    try {
      return await execute(plan, environment, signal)
    } finally {
      void this.#costs.save()
      for (const [id, { state }] of this.#live) {
        if (state.phase === 'running' || state.phase === 'waiting') this.#live.delete(id)
      }
    }
  }

  #at(id: string, socket: string, member: number, step?: number) {
    const at = this.#shown?.output(id, socket)
    const key = at?.node.keys[at.node.mapped ? member : 0]
    if (at === undefined || key === undefined) return undefined
    return { key: step === undefined ? key : stepKey(key, step), socket: at.socket }
  }

  async #planned(
    document: GraphDocument,
    targets: readonly string[] | undefined,
    signal: AbortSignal,
    fill = false,
  ): Promise<Shown> {
    const { nodes, sources } = this.#parts
    const flat = flatten(document)
    const outer = new Outer(document, flat, nodes)
    await Promise.all([this.#results.open(), this.#costs.open()])
    const contentOf = await this.#contents.of(flat.document, signal)
    const factsOf = (content: string): Facts | undefined => sources.factsOf?.(content)
    const cached = (key: string): boolean => this.#results.has(key)
    const input = { document: flat.document, nodes, contentOf, factsOf, cached }
    const asked = plan({ ...input, targets: targets && outer.targets(targets) })
    const more = fill ? gaps(asked, this.#costs) : []
    if (more.length === 0) return new Shown(asked, outer)
    return new Shown({ ...plan({ ...input, targets: [...asked.targets, ...more] }), blocked: asked.blocked }, outer)
  }

  #estimated(state: NodeState, node: PlannedNode): NodeState {
    const ms = state.phase === 'stale' ? this.#costs.ms(node) : undefined
    return state.phase === 'stale' && ms !== undefined ? { ...state, ms: ms * state.members } : state
  }

  /** A state said during a run or after it holds while the node's keys are the same. */
  #states(planned: Plan): ReadonlyMap<string, NodeState> {
    return new Map(
      [...planned.states].map(([id, state]) => {
        const live = this.#live.get(id)
        const node = planned.nodes.get(id)
        if (live === undefined || live.keys !== node?.keys.join())
          return [id, node ? this.#estimated(state, node) : state]
        const { phase } = live.state
        const holds =
          phase === 'done'
            ? state.phase === 'cached'
            : phase === 'failed' || phase === 'skipped'
              ? state.phase === 'stale'
              : true
        return [id, holds ? live.state : this.#estimated(state, node)]
      }),
    )
  }
}
