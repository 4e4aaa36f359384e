import { AppError } from '../../base/errors.ts'
import type { DocumentLink, DocumentNode, GraphDocument, GroupDefinition, SocketRef } from '../document.ts'
import { LIMITS } from '../limits.ts'

/** The version of nodes that are groups: what they do stands in the document itself. */
export const GROUP_VERSION = 1

/** The first half of their types. */
export const GROUP_CATEGORY = 'group'

export const groupTypeOf = ({ id }: Pick<GroupDefinition, 'id'>): string => `${GROUP_CATEGORY}/${id}`

export const isGroupType = (type: string): boolean => type.startsWith(`${GROUP_CATEGORY}/`)

type Nodes = Pick<GraphDocument, 'nodes' | 'groups'>
type Graph = Pick<GraphDocument, 'nodes' | 'links' | 'groups'>

/** What a node is made of; undefined for a node that is no group, or one that is not defined in the document. */
export const definitionOf = ({ type, version }: DocumentNode, { groups }: Pick<GraphDocument, 'groups'>) =>
  version === GROUP_VERSION && isGroupType(type) ? groups?.find((group) => groupTypeOf(group) === type) : undefined

/** Throws `graph/too-large` where a document has too many nodes when all groups are opened. */
export function checkSize(document: Nodes): void {
  const size = document.nodes.reduce((sum, node) => sum + (definitionOf(node, document)?.nodes.length ?? 1), 0)
  if (size <= LIMITS.nodes) return
  throw new AppError(
    'graph/too-large',
    `The graph has ${size} nodes with its groups opened; at most ${LIMITS.nodes}.`,
    {
      fix: 'Split it into several graphs.',
    },
  )
}

/** A document without groups, and where in it everything of the document is. */
export interface Flat<G extends Graph = GraphDocument> {
  /**
   * Every group replaced by its parts, which are named `<node>/<part>` and so no part of a file. A bypassed one stays as it
   * is: nothing of it is computed. The document itself where nothing is replaced.
   */
  readonly document: G
  /** The node of the document that a part belongs to; any other node is its own. */
  outer(id: string): string
  /** What a node of the document was opened into; undefined for one that stands for itself. */
  group(id: string): GroupDefinition | undefined
  /** The nodes that stand for a node of the document, in its order: itself, unless it is a group. */
  parts(id: string): readonly string[]
  /** The part's output that an output is; undefined where the group has none of that name. */
  output(ref: SocketRef): SocketRef | undefined
  /** The parts' inputs that an input leads to. */
  inputs(ref: SocketRef): readonly SocketRef[]
}

/** Pure; the work is that of a copy. Nothing is checked: what a valid document has of links and parts, the result has. */
export function flatten<G extends Graph>(document: G): Flat<G> {
  const opened = new Map<string, GroupDefinition>()
  for (const node of document.groups === undefined ? [] : document.nodes) {
    const group = node.bypass ? undefined : definitionOf(node, document)
    if (group !== undefined) opened.set(node.id, group)
  }
  const output = (ref: SocketRef): SocketRef | undefined => {
    const group = opened.get(ref.node)
    if (group === undefined) return ref
    const found = group.outputs.find(({ name }) => name === ref.socket)
    return found && within(ref.node, found.from)
  }
  const inputs = (ref: SocketRef): readonly SocketRef[] => {
    const group = opened.get(ref.node)
    if (group === undefined) return [ref]
    return group.inputs.find(({ name }) => name === ref.socket)?.to.map((to) => within(ref.node, to)) ?? []
  }
  const outers = new Map(
    [...opened].flatMap(([id, group]) => group.nodes.map((part) => [partId(id, part.id), id] as const)),
  )
  return {
    document: opened.size === 0 ? document : expanded(document, opened, output, inputs),
    group: (id) => opened.get(id),
    outer: (id) => outers.get(id) ?? id,
    parts: (id) => opened.get(id)?.nodes.map((part) => partId(id, part.id)) ?? [id],
    output,
    inputs,
  }
}

const partId = (node: string, part: string): string => `${node}/${part}`

const within = (node: string, { node: part, socket }: SocketRef): SocketRef => ({ node: partId(node, part), socket })

function expanded<G extends Graph>(
  document: G,
  opened: ReadonlyMap<string, GroupDefinition>,
  output: Flat['output'],
  inputs: Flat['inputs'],
): G {
  const nodes = document.nodes.flatMap((node) => {
    const group = opened.get(node.id)
    return group === undefined
      ? [node]
      : partsOf(node, group).map((part) => ({ ...part, id: partId(node.id, part.id) }))
  })
  const inner = [...opened].flatMap(([id, group]) =>
    group.links.map(({ from, to }): DocumentLink => ({ from: within(id, from), to: within(id, to) })),
  )
  const around = document.links.flatMap(({ from, to }): readonly DocumentLink[] => {
    const source = output(from)
    return source === undefined ? [] : inputs(to).map((target) => ({ from: source, to: target }))
  })
  return { ...document, nodes, links: [...inner, ...around] }
}

/** The parts of a node that is a group, with the parameters that it gives them. Their ids are those of the definition. */
export function partsOf(node: DocumentNode, { nodes, params }: GroupDefinition): readonly DocumentNode[] {
  return nodes.map((part) => {
    const given = params.filter(({ node: of, name }) => of === part.id && Object.hasOwn(node.params, name))
    if (given.length === 0) return part
    const set = Object.fromEntries(given.map(({ param, name }) => [param, node.params[name] ?? null]))
    return { ...part, params: { ...part.params, ...set } }
  })
}
