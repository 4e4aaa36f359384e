import { AppError, plainError, type PlainError } from '../base/errors.ts'
import type { GraphDocument } from '../graph/document.ts'
import type { Flat } from '../graph/groups/flatten.ts'
import { groupType } from '../graph/groups/types.ts'
import type { NodeState, SkippedNode } from './events.ts'
import type { Registry } from './resolve.ts'

/** What is said of the parts of groups, as it is said of the nodes of the document that they are parts of. */
export class Outer {
  readonly #errors = new WeakMap<AppError, AppError>()

  constructor(
    readonly document: GraphDocument,
    readonly flat: Flat,
    readonly registry: Registry,
  ) {}

  /** What is to be computed for nodes of the document: of a group, what its outputs come from and what has an effect. */
  targets(ids: readonly string[]): readonly string[] {
    return ids.flatMap((id) => (this.flat.group(id) === undefined ? [id] : this.#ends(id)))
  }

  /** The sockets of a node whose value is shown on it, the first that is a picture: outputs or, without any, inputs. */
  sockets(id: string): readonly string[] | undefined {
    const group = this.flat.group(id)
    if (group === undefined) return undefined
    return (group.outputs.length > 0 ? group.outputs : group.inputs).map(({ name }) => name)
  }

  /** The error of a part, said of its group: it names the part. */
  error(error: AppError): AppError {
    const { node: part } = error
    const node = part === undefined ? undefined : this.flat.outer(part)
    if (part === undefined || node === undefined || node === part) return error
    const before = this.#errors.get(error)
    if (before !== undefined) return before
    const { code, remedies } = error
    const open = code === 'engine/open-input' ? this.#openInput(node) : undefined
    const message = open?.message ?? `${this.title(part)}: ${error.message}`
    const fix = open?.fix ?? error.fix
    const said = new AppError(code, message, { ...(fix !== undefined && { fix }), remedies, node, cause: error })
    this.#errors.set(error, said)
    return said
  }

  /** The title of a part or a node. */
  title(id: string): string {
    const node = this.flat.document.nodes.find((candidate) => candidate.id === id)
    return node?.title ?? this.registry.get(node?.type ?? '')?.title ?? id
  }

  /** Of all nodes of the document, given those of their parts. */
  states(states: ReadonlyMap<string, NodeState>): ReadonlyMap<string, NodeState> {
    if (this.flat.document === this.document) return states
    return new Map(
      this.document.nodes.flatMap(({ id }): readonly (readonly [string, NodeState])[] => {
        const state = this.flat.group(id) === undefined ? states.get(id) : this.#together(id, states)
        return state === undefined ? [] : [[id, this.#said(state)]]
      }),
    )
  }

  /** A group that failed is not also skipped. */
  skipped(skipped: readonly SkippedNode[]): readonly SkippedNode[] {
    const said = skipped.map(({ node, failed }) => ({ node: this.flat.outer(node), failed: this.flat.outer(failed) }))
    const others = said.filter(({ node, failed }) => node !== failed)
    return [...new Map(others.map((each) => [each.node, each])).values()]
  }

  #ends(id: string): readonly string[] {
    const group = this.flat.group(id)
    const outputs = group?.outputs.flatMap(({ name }) => this.flat.output({ node: id, socket: name })?.node ?? []) ?? []
    const sinks = this.flat.parts(id).filter((part, i) => this.registry.get(group?.nodes[i]?.type ?? '')?.sink === true)
    const ends = new Set([...outputs, ...sinks])
    return ends.size > 0 ? [...ends] : this.flat.parts(id)
  }

  /** The first input of a group that must be connected and is not. */
  #openInput(id: string): { readonly message: string; readonly fix: string } | undefined {
    const group = this.flat.group(id)
    const inputs = Object.entries((group && groupType(group, this.registry)?.inputs) ?? {})
    const open = inputs.find(
      ([socket, { optional }]) =>
        !optional && !this.document.links.some(({ to }) => to.node === id && to.socket === socket),
    )
    if (group === undefined || open === undefined) return undefined
    const title = this.document.nodes.find((node) => node.id === id)?.title ?? group.title
    return {
      message: `Nothing is connected to the input "${open[0]}".`,
      fix: `Connect something to "${open[0]}" of ${title}.`,
    }
  }

  #said(state: NodeState): NodeState {
    if (state.phase === 'skipped') return { ...state, failed: this.flat.outer(state.failed) }
    return state.phase === 'failed' || state.phase === 'blocked' ? { ...state, error: this.#plain(state.error) } : state
  }

  #plain(error: PlainError): PlainError {
    const { code, message, fix, remedies, node } = error
    if (node === undefined || this.flat.outer(node) === node) return error
    const details = { ...(fix !== undefined && { fix }), ...(remedies && { remedies }), node }
    return plainError(this.error(new AppError(code as AppError['code'], message, details)))
  }

  /** What its parts do, as one: the worst that happened; then what goes on; then whether its results are there. */
  #together(id: string, states: ReadonlyMap<string, NodeState>): NodeState | undefined {
    const parts = this.flat.parts(id).flatMap((part) => states.get(part) ?? [])
    const all = <P extends NodeState['phase']>(phase: P) =>
      parts.filter((state): state is Extract<NodeState, { readonly phase: P }> => state.phase === phase)
    const [wrong] = [...all('failed'), ...all('blocked')]
    const [running] = all('running')
    const done = all('done')
    if (wrong ?? running) return wrong ?? running
    // Between two parts.
    const [waiting] = all('waiting')
    if (waiting) return done.length > 0 ? { phase: 'running', members: [0], of: 1, step: 0, steps: 1 } : waiting
    const [skipped] = all('skipped')
    if (skipped) return skipped
    const ends = this.#ends(id).flatMap((part) => states.get(part) ?? [])
    if (ends.every(({ phase }) => phase === 'cached' || phase === 'done' || phase === 'bypassed')) {
      const sum = (what: 'ms' | 'computed' | 'cached') => done.reduce((total, state) => total + state[what], 0)
      return done.length > 0
        ? { phase: 'done', ms: sum('ms'), computed: sum('computed'), cached: sum('cached') }
        : { phase: 'cached' }
    }
    const stale = all('stale')
    const [first, ...others] = stale.toSorted((a, b) => b.of - a.of)
    if (first === undefined) return parts[0]
    const { ms: _, ...count } = others.find(({ of, members }) => of === first.of && members > first.members) ?? first
    const known = stale.every(({ ms }) => ms !== undefined)
    return { ...count, ...(known && { ms: stale.reduce((total, { ms = 0 }) => total + ms, 0) }) }
  }
}
