import { AppError, plainError } from '../base/errors.ts'
import type { GraphDocument } from '../graph/document.ts'
import { groupType } from '../graph/groups/types.ts'
import { incoming, order } from '../graph/topology.ts'
import { passedBy } from './bypass.ts'
import type { NodeState } from './events.ts'
import { resolve, type ContentOf, type FactsOf, type Passed, type PlannedNode, type Registry } from './resolve.ts'
import { neededMembers, needs } from './needs.ts'

export interface PlanInput {
  /** Flat: of its groups none but bypassed ones are left (src/graph/groups/flatten.ts). */
  readonly document: GraphDocument
  /** Ids of the nodes to compute, the most wanted first. Default: every sink. */
  readonly targets?: readonly string[] | undefined
  readonly nodes: Registry
  readonly contentOf: ContentOf
  readonly factsOf?: FactsOf
  readonly cached: (key: string) => boolean
}

/** One node of a run, after all it needs. */
export interface Step {
  readonly node: PlannedNode
  /** Members that are computed. */
  readonly members: readonly number[]
}

export interface Plan {
  /** Every node that could run, in dependency order. */
  readonly nodes: ReadonlyMap<string, PlannedNode>
  /** Every bypassed node that something can pass through. */
  readonly passed: ReadonlyMap<string, Passed>
  readonly states: ReadonlyMap<string, NodeState>
  /** What a run of the targets computes. */
  readonly steps: readonly Step[]
  /** The targets that can run, and how many members of each node before them are cached. */
  readonly targets: readonly string[]
  readonly cached: ReadonlyMap<string, number>
  /** One error per target that cannot run; it names the node where the trouble is. */
  readonly blocked: readonly AppError[]
}

/**
 * What a run would do. Pure: the same document, contents and cached keys give the same plan. A sink that is a target
 * always runs (its effect is the point); what it needs comes from the cache where it is there.
 */
export function plan(input: PlanInput): Plan {
  const { document, cached, factsOf = () => undefined } = input
  const nodes = new Map<string, PlannedNode>()
  const errors = new Map<string, AppError>()
  const passed = new Map<string, Passed>()
  const byId = new Map(document.nodes.map((node) => [node.id, node]))
  const links = incoming(document.links)
  const groups = new Map(
    (document.groups ?? []).flatMap((group) => {
      const type = groupType(group, input.nodes)
      return type === undefined ? [] : [[type.type, { ...type, title: group.title }] as const]
    }),
  )
  const { ids, cyclic } = order(document)
  for (const id of cyclic)
    errors.set(
      id,
      new AppError('graph/cycle', 'This node is part of a cycle, or behind one.', {
        node: id,
        fix: 'Take one wire of the cycle away.',
      }),
    )
  for (const id of ids) {
    const node = byId.get(id)
    if (node === undefined) continue
    const known = { nodes, errors, passed, groups, registry: input.nodes, contentOf: input.contentOf, factsOf }
    const into = links.get(id) ?? []
    const resolved = node.bypass ? passedBy(node, into, known) : resolve(node, into, known)
    if (resolved instanceof AppError) errors.set(id, resolved)
    else if ('definition' in resolved) nodes.set(id, resolved)
    else passed.set(id, resolved)
  }
  const wanted =
    input.targets ?? document.nodes.filter((node) => input.nodes.get(node.type)?.sink === true).map((node) => node.id)
  const aims = wanted.map((id) => aim(id, nodes, passed, errors))
  const targets = [...new Set(aims.flatMap((found) => (found instanceof AppError ? [] : found)))]
  const blocked = aims.filter((found) => found instanceof AppError)
  const scope = needed(targets, nodes)
  return {
    nodes,
    passed,
    states: new Map(
      document.nodes.map(({ id }) => [
        id,
        passed.has(id) ? { phase: 'bypassed' } : stateOf(nodes.get(id), errors.get(id), cached),
      ]),
    ),
    steps: stepsFor(targets, nodes, cached),
    targets,
    cached: new Map(
      [...nodes.values()].filter(({ id }) => scope.has(id)).map((node) => [node.id, node.keys.filter(cached).length]),
    ),
    blocked: [...new Set(blocked)],
  }
}

/** What is computed for a target: itself or, where it is bypassed, what passes through it. */
function aim(
  id: string,
  nodes: ReadonlyMap<string, PlannedNode>,
  passed: ReadonlyMap<string, Passed>,
  errors: ReadonlyMap<string, AppError>,
): readonly string[] | AppError {
  if (nodes.has(id)) return [id]
  const outputs = [...(passed.get(id)?.values() ?? [])]
  const sources = outputs.flatMap((output) => (output instanceof AppError ? [] : output.node.id))
  if (sources.length > 0) return sources
  const [why = errors.get(id)] = outputs.filter((output) => output instanceof AppError)
  return why ?? new AppError('engine/no-such-target', `There is no node "${id}" to run.`)
}

/** The targets and all that they are computed from. */
function needed(targets: readonly string[], nodes: ReadonlyMap<string, PlannedNode>): ReadonlySet<string> {
  const scope = new Set(targets)
  // A Set visits what is added while it is walked.
  for (const id of scope) for (const { node } of nodes.get(id)?.sources.values() ?? []) scope.add(node.id)
  return scope
}

function stateOf(
  node: PlannedNode | undefined,
  error: AppError | undefined,
  cached: (key: string) => boolean,
): NodeState {
  if (node === undefined) return { phase: 'blocked', error: plainError(error) }
  const missing = node.keys.filter((key, member) => {
    // A sink's effect can be shown again only while what it showed is there.
    return !cached(key) || (node.definition.sink === true && !needs(node, member).every(cached))
  }).length
  return missing === 0 ? { phase: 'cached' } : { phase: 'stale', members: missing, of: node.keys.length }
}

/** From the targets back: a member that is missing needs its inputs, a cached one needs nothing. */
function stepsFor(
  targets: readonly string[],
  nodes: ReadonlyMap<string, PlannedNode>,
  cached: (key: string) => boolean,
): readonly Step[] {
  const need = new Map<string, Set<number>>()
  for (const id of targets) need.set(id, new Set(nodes.get(id)?.keys.keys() ?? []))
  const steps = new Map<string, Step>()
  for (const node of [...nodes.values()].reverse()) {
    const members = [...(need.get(node.id) ?? [])]
      .filter((member) => node.definition.sink === true || !cached(node.keys[member] ?? ''))
      .sort((a, b) => a - b)
    if (members.length === 0) continue
    steps.set(node.id, { node, members })
    for (const member of members) {
      for (const { source, members: of } of neededMembers(node, member)) {
        const before = need.get(source.node.id) ?? new Set<number>()
        need.set(source.node.id, before)
        for (const index of of) before.add(index)
      }
    }
  }
  return targetByTarget(targets, nodes, steps)
}

/** Each step after those that it needs, and what was asked for first as early as can be. */
function targetByTarget(
  targets: readonly string[],
  nodes: ReadonlyMap<string, PlannedNode>,
  steps: ReadonlyMap<string, Step>,
): readonly Step[] {
  const ordered: Step[] = []
  const seen = new Set<string>()
  const visit = (node: PlannedNode | undefined): void => {
    const step = node && steps.get(node.id)
    // What is there needs nothing of what is behind it.
    if (step === undefined || seen.has(step.node.id)) return
    seen.add(step.node.id)
    for (const { node: source } of step.node.sources.values()) visit(source)
    ordered.push(step)
  }
  for (const id of targets) visit(nodes.get(id))
  return ordered
}

/** Why a graph without targets cannot be run. */
export const nothingToRun = (): AppError =>
  new AppError('engine/nothing-to-run', 'Nothing in this graph shows or writes a result.', {
    fix: 'Add a View or an Export.',
  })
