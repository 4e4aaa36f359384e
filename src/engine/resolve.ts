import { AppError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { DocumentLink, DocumentNode } from '../graph/document.ts'
import { fitParam } from '../graph/params.ts'
import { misfit, port, type Kinds } from '../graph/sockets.ts'
import type { AnyNode } from '../node/define.ts'
import type { Facts, FactsBySocket } from '../base/facts.ts'
import type { Param } from '../node/params.ts'
import type { PortKind } from '../node/values.ts'
import { isSource, keyedParams, keyOf, outputKey } from './key.ts'

export type Registry = ReadonlyMap<string, AnyNode>

/** The content id of a picture or checkpoint that a parameter names, or why it cannot be had. */
export type ContentOf = (param: Param, value: Json) => string | AppError

/** What is known of a content before it is opened. */
export type FactsOf = (content: string) => Facts | undefined

/** A node that can run: its inputs exist, its parameters are good, its keys are known. */
export interface PlannedNode {
  readonly id: string
  readonly title: string
  readonly definition: AnyNode
  readonly params: JsonObject
  /** By input socket; open inputs are not there. */
  readonly sources: ReadonlyMap<string, Source>
  /** True when its outputs carry an ensemble. */
  readonly mapped: boolean
  /** The key of each member; one key when it is not mapped. */
  readonly keys: readonly string[]
  /** By output socket. */
  readonly kinds: ReadonlyMap<string, readonly PortKind[]>
  /** Of its outputs. */
  readonly facts: FactsBySocket
}

export interface Source {
  readonly node: PlannedNode
  readonly socket: string
}

/** What comes out of each output of a bypassed node, or why nothing does. */
export type Passed = ReadonlyMap<string, Source | AppError>

export interface Known {
  readonly nodes: ReadonlyMap<string, PlannedNode>
  readonly errors: ReadonlyMap<string, AppError>
  /** The bypassed nodes. */
  readonly passed: ReadonlyMap<string, Passed>
  /** Types of groups, of which a bypassed node may be. */
  readonly groups: ReadonlyMap<string, Pick<AnyNode, 'title' | 'inputs' | 'outputs'>>
  readonly registry: Registry
  readonly contentOf: ContentOf
  readonly factsOf: FactsOf
}

/** A node of the document, given all nodes before it; or the reason why it cannot run. */
export function resolve(node: DocumentNode, links: readonly DocumentLink[], known: Known): PlannedNode | AppError {
  try {
    const definition = definitionOf(node, known.registry)
    const params = paramsOf(node, definition)
    const sources = sourcesOf(node, definition, links, known)
    const { mapped, count } = membersOf(definition, params, sources)
    const content = contentsOf(definition, params, known.contentOf)
    const facts = foreseen(definition, sources, content, known.factsOf)
    const keys = Array.from({ length: count }, (_, index) => {
      const inputs = Object.fromEntries(
        Object.keys(definition.inputs).map((socket) => [socket, inputKey(definition, sources, socket, index)]),
      )
      const replaced = definition.expand?.key(params as never, { index, count })
      const own = replaced === undefined ? keyedParams(definition.params, params) : { member: replaced }
      return keyOf({ type: definition.type, version: definition.version, params: own, inputs, content })
    })
    const title = node.title ?? definition.title
    return { id: node.id, title, definition, params, sources, mapped, keys, kinds: kindsOf(definition, sources), facts }
  } catch (error) {
    if (error instanceof AppError) return error.at(node.id)
    // `expand` of a node threw something foreign: a bug of that node, told as one.
    const message = error instanceof Error ? error.message : String(error)
    return new AppError('engine/unexpected', message, { node: node.id, cause: error })
  }
}

/** The type of a node as this program has it. Errors: `engine/unknown-type`, `engine/other-version`. */
export function definitionOf(node: DocumentNode, registry: Registry): AnyNode {
  const definition = registry.get(node.type)
  if (definition === undefined) {
    throw new AppError('engine/unknown-type', `This program has no node of type ${node.type}.`, {
      fix: 'Replace the node, or open the graph with the version that made it.',
    })
  }
  if (definition.version !== node.version) {
    throw new AppError(
      'engine/other-version',
      `The node is of version ${node.version} of ${node.type}; this program has ${definition.version}.`,
      {
        fix:
          node.version > definition.version
            ? 'Update Marigold Nodes.'
            : 'Open the graph file again, so that it is brought up to date.',
      },
    )
  }
  return definition
}

function paramsOf(node: DocumentNode, definition: AnyNode): JsonObject {
  return Object.fromEntries(
    Object.entries(definition.params).map(([name, param]) => {
      const { value, problem } = fitParam(param, port(node.params, name))
      if (problem === undefined) return [name, value]
      throw new AppError('engine/bad-param', `"${param.label}" ${problem.split(';')[0] ?? problem}.`, {
        fix: `Set "${param.label}" again.`,
      })
    }),
  )
}

function sourcesOf(
  node: DocumentNode,
  definition: AnyNode,
  links: readonly DocumentLink[],
  known: Known,
): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>()
  for (const [socket, input] of Object.entries(definition.inputs)) {
    const link = links.find((candidate) => candidate.to.socket === socket)
    if (link === undefined) {
      if (input.optional) continue
      throw new AppError('engine/open-input', `Nothing is connected to the input "${socket}".`, {
        fix: `Connect something to "${socket}" of ${node.title ?? definition.title}.`,
      })
    }
    const source = sourceOf(link, known)
    const kinds: Kinds = source.node.kinds.get(source.socket)
    if (kinds === undefined)
      throw new AppError('engine/open-input', `${source.node.title} has no output "${source.socket}".`, {
        fix: `Connect "${socket}" again.`,
      })
    const why = misfit(kinds, input)
    if (why !== undefined)
      throw new AppError('engine/wrong-kind', `Input "${socket}": ${why}`, { fix: 'Connect something else.' })
    sources.set(socket, source)
  }
  return sources
}

/** The node that makes what comes along a link, past those that are bypassed. Throws the error of what is in the way. */
export function sourceOf({ from, to }: DocumentLink, known: Known): Source {
  const node = known.nodes.get(from.node)
  if (node !== undefined) return { node, socket: from.socket }
  // The error keeps naming the node where the trouble is.
  const past = known.passed.get(from.node)?.get(from.socket) ?? known.errors.get(from.node)
  if (past instanceof AppError) throw past
  if (past !== undefined) return past
  throw new AppError('engine/open-input', `The input "${to.socket}" is connected to a node that is not there.`, {
    fix: 'Connect it again.',
  })
}

/** How often the node runs: once, once per member of the ensembles it is given, or as often as it expands. */
function membersOf(
  definition: AnyNode,
  params: JsonObject,
  sources: ReadonlyMap<string, Source>,
): { mapped: boolean; count: number } {
  const ensembles = [...sources].filter(
    ([socket, source]) => definition.inputs[socket]?.each === false && source.node.mapped,
  )
  if (definition.expand !== undefined) {
    if (ensembles.length > 0)
      throw new AppError('engine/nested-ensemble', 'An ensemble cannot be expanded into another ensemble.', {
        fix: 'Make the ensemble one value before (Ensemble Align), or connect what comes before its members.',
      })
    const count = definition.expand.count(params as never)
    if (!Number.isInteger(count) || count < 1)
      throw new AppError('engine/bad-param', `An ensemble of ${count} cannot be made.`)
    return { mapped: true, count }
  }
  const counts = ensembles.map(([socket, source]) => ({ socket, count: source.node.keys.length }))
  const [first, ...others] = counts
  if (first === undefined) return { mapped: false, count: 1 }
  const other = others.find(({ count }) => count !== first.count)
  if (other !== undefined) {
    throw new AppError(
      'engine/member-mismatch',
      `"${first.socket}" has ${first.count} ensemble members, "${other.socket}" has ${other.count}.`,
      {
        fix: 'Make both ensembles the same size.',
      },
    )
  }
  return { mapped: true, count: first.count }
}

function contentsOf(definition: AnyNode, params: JsonObject, contentOf: ContentOf): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(definition.params).flatMap(([name, param]) => {
      if (!isSource(definition.params, name)) return []
      const value = params[name] ?? null
      if (value === null)
        throw new AppError('engine/no-picture', 'No picture is chosen.', {
          fix: 'Drop a photo on the node, or choose an example.',
        })
      const content = contentOf(param, value)
      if (content instanceof AppError) throw content
      return [[name, content]]
    }),
  )
}

function foreseen(
  definition: AnyNode,
  sources: ReadonlyMap<string, Source>,
  content: Readonly<Record<string, string>>,
  factsOf: FactsOf,
): FactsBySocket {
  const inputs = [...sources].map(([socket, source]) => [socket, source.node.facts[source.socket]] as const)
  const named = Object.entries(content).map(([name, id]) => [name, factsOf(id)] as const)
  return definition.foresee?.(Object.fromEntries(inputs), Object.fromEntries(named)) ?? {}
}

function inputKey(definition: AnyNode, sources: ReadonlyMap<string, Source>, socket: string, member: number): Json {
  const source = sources.get(socket)
  if (source === undefined) return null
  const { keys, mapped } = source.node
  if (definition.inputs[socket]?.each === true) return keys.map((key) => outputKey(key, source.socket))
  return outputKey(keys[mapped ? member : 0] ?? '', source.socket)
}

function kindsOf(definition: AnyNode, sources: ReadonlyMap<string, Source>): ReadonlyMap<string, readonly PortKind[]> {
  return new Map(
    Object.entries(definition.outputs).map(([name, output]) => {
      if (output.kind !== 'same') return [name, [output.kind]]
      const source = sources.get(output.as)
      const given = source?.node.kinds.get(source.socket)
      return [name, given === undefined ? output.of : output.of.filter((kind) => given.includes(kind))]
    }),
  )
}
