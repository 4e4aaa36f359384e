import { AppError } from '../../base/errors.ts'
import type { Params } from '../../node/params.ts'
import type { InputPort } from '../../node/ports.ts'
import type { PortKind } from '../../node/values.ts'
import type {
  DocumentLink,
  DocumentNode,
  GraphDocument,
  GroupDefinition,
  GroupInput,
  GroupOutput,
  GroupParam,
  SocketRef,
} from '../document.ts'
import { LIMITS } from '../limits.ts'
import { typeOf, type NodeTypes } from '../node-types.ts'
import { ancestors, descendants } from '../topology.ts'
import { freshId } from '../validate-parts.ts'
import { acceptedBy } from './types.ts'
import { withSeeds } from './used.ts'
import { groupTypeOf, GROUP_VERSION, isGroupType } from './flatten.ts'
import { naming } from './naming.ts'

export interface Gathered {
  readonly document: GraphDocument
  /** Id of the node that stands for all. */
  readonly node: string
}

/** Parameters that a group shows where none of its parts is starred. */
const SHOWN = 6

/**
 * A document with some of its nodes as one, a new group, in the place of the first: the same wires, parameters, stars and
 * results. Its inputs are what is wired into the parts, and what must be; its outputs what is wired out of them, and their
 * ends; its parameters those that are starred or, without any, the first of those that are not folded away.
 *
 * Errors: `graph/no-group`, saying why these nodes cannot be one. `sinks`: the types that must stay outside; `title`: what
 * people know a node as.
 */
export function gathered(
  document: GraphDocument,
  ids: ReadonlySet<string>,
  known: { readonly types: NodeTypes; readonly sinks: ReadonlySet<string>; title(id: string): string },
): Gathered {
  const { types } = known
  const nodes = document.nodes.filter(({ id }) => ids.has(id))
  checkParts(document, ids, nodes, known)
  const inside = ({ node }: SocketRef): boolean => ids.has(node)
  const links = document.links.filter(({ from, to }) => inside(from) && inside(to))
  const into = document.links.filter(({ from, to }) => !inside(from) && inside(to))
  const outOf = document.links.filter(({ from, to }) => inside(from) && !inside(to))
  const inputs = inputsOf(nodes, links, into, types)
  const outputs = outputsOf(nodes, links, outOf, types)
  const params = paramsOf(document, nodes, types)
  const number = document.groups?.length ?? 0
  const id = freshId('group', new Set([...(document.groups ?? []), ...nodes].map((other) => other.id)))
  const title = number === 0 ? 'Group' : `Group ${number + 1}`
  const shown = (node: string, param: string) => params.some((of) => of.node === node && of.param === param)
  const parts = nodes.map(({ openSeeds = [], ...node }) =>
    withSeeds(
      node,
      openSeeds.filter((param) => !shown(node.id, param)),
    ),
  )
  const group: GroupDefinition = { id, title, nodes: parts, links, inputs, outputs, params }
  const { instance, document: others } = replacing(document, nodes, group)
  const inputAt = (to: SocketRef) => inputs.find((input) => input.to.some((end) => same(end, to)))
  const outputAt = (from: SocketRef) => outputs.find((output) => same(output.from, from))
  const fed = new Set<string>()
  const around = document.links.flatMap(({ from, to, via }): readonly DocumentLink[] => {
    if (inside(from) && inside(to)) return []
    if (!inside(from) && !inside(to)) return [{ from, to, ...(via && { via }) }]
    const socket = inside(to) ? inputAt(to)?.name : outputAt(from)?.name
    if (socket === undefined) return []
    if (!inside(to)) return [{ from: { node: instance.id, socket }, to }]
    // One wire for all parts that are fed the same.
    if (fed.has(socket)) return []
    fed.add(socket)
    return [{ from, to: { node: instance.id, socket } }]
  })
  return { document: { ...others, links: around }, node: instance.id }
}

const no = (message: string, fix: string): AppError => new AppError('graph/no-group', message, { fix })

function checkParts(
  document: GraphDocument,
  ids: ReadonlySet<string>,
  nodes: readonly DocumentNode[],
  { types, sinks, title }: Parameters<typeof gathered>[2],
): void {
  if (nodes.length === 0) throw no('No node is selected.', 'Select what is to be one node.')
  if (nodes.length > LIMITS.parts) throw no(`A group has at most ${LIMITS.parts} parts.`, 'Select fewer nodes.')
  for (const node of nodes) {
    if (isGroupType(node.type))
      throw no(`"${title(node.id)}" is a group, and a group holds no groups.`, 'Open it first.')
    if (typeOf(node, types) === undefined) throw no(`"${title(node.id)}" is of an unknown type.`, 'Leave it out.')
    if (sinks.has(node.type))
      throw no(`"${title(node.id)}" shows or writes a result.`, 'Leave it outside of the group.')
  }
  const before = ancestors(document, ids)
  const between = [...descendants(document, ids)].find((id) => before.has(id) && !ids.has(id))
  if (between !== undefined) throw no(`"${title(between)}" lies between these nodes.`, 'Select it as well.')
}

const same = (a: SocketRef, b: SocketRef): boolean => a.node === b.node && a.socket === b.socket

function inputsOf(
  nodes: readonly DocumentNode[],
  links: readonly DocumentLink[],
  into: readonly DocumentLink[],
  types: NodeTypes,
): readonly GroupInput[] {
  const name = naming()
  const inputs: { readonly source: string; readonly name: string; kinds: readonly PortKind[]; to: SocketRef[] }[] = []
  for (const { from, to } of into) {
    const source = `${from.node}.${from.socket}`
    const part = nodes.find(({ id }) => id === to.node)
    const port = part && typeOf(part, types)?.inputs[to.socket]
    const kinds = port === undefined ? [] : acceptedBy(port)
    // What is wired to several parts is one input, where one value can go into all of them.
    const input = inputs.find((other) => other.source === source && other.kinds.some((kind) => kinds.includes(kind)))
    if (input === undefined) inputs.push({ source, name: name(to.socket), kinds, to: [to] })
    else {
      input.kinds = input.kinds.filter((kind) => kinds.includes(kind))
      input.to.push(to)
    }
  }
  const open = nodes.flatMap((node) =>
    Object.entries<InputPort>(typeOf(node, types)?.inputs ?? {}).flatMap(([socket, { optional }]): SocketRef[] => {
      const ref = { node: node.id, socket }
      return optional || [...links, ...into].some(({ to }) => same(to, ref)) ? [] : [ref]
    }),
  )
  const wired = inputs.map(({ name: given, to }) => ({ name: given, to }))
  return [...wired, ...open.map((ref) => ({ name: name(ref.socket), to: [ref] }))]
}

function outputsOf(
  nodes: readonly DocumentNode[],
  links: readonly DocumentLink[],
  outOf: readonly DocumentLink[],
  types: NodeTypes,
): readonly GroupOutput[] {
  const name = naming()
  const used = nodes.flatMap((node) => {
    const feeds = [...links, ...outOf].some(({ from }) => from.node === node.id)
    return Object.keys(typeOf(node, types)?.outputs ?? {})
      .map((socket): SocketRef => ({ node: node.id, socket }))
      .filter((ref) => !feeds || outOf.some(({ from }) => same(from, ref)))
  })
  return used.map((from) => ({ name: name(from.socket), from }))
}

function paramsOf(document: GraphDocument, nodes: readonly DocumentNode[], types: NodeTypes): readonly GroupParam[] {
  const name = naming()
  const ids = new Set(nodes.map(({ id }) => id))
  const starred = (document.form ?? []).filter(({ node }) => ids.has(node))
  if (starred.length > 0)
    return starred.slice(0, LIMITS.exposed).map((entry) => ({ name: name(entry.param), ...entry }))
  return nodes
    .flatMap((node) => {
      const params: Params = typeOf(node, types)?.params ?? {}
      return Object.keys(params)
        .filter((param) => params[param]?.advanced !== true)
        .map((param) => ({ node: node.id, param }))
    })
    .slice(0, SHOWN)
    .map((of) => ({ name: name(of.param), ...of }))
}

/** Everything but the wires with one node in place of the parts. */
function replacing(
  document: GraphDocument,
  parts: readonly DocumentNode[],
  group: GroupDefinition,
): { readonly instance: DocumentNode; readonly document: GraphDocument } {
  const gone = new Set(parts.map(({ id }) => id))
  const others = document.nodes.filter(({ id }) => !gone.has(id))
  const valueOf = ({ node, param }: GroupParam) => parts.find(({ id }) => id === node)?.params[param] ?? null
  const open = group.params.filter(({ node, param }) => parts.find(({ id }) => id === node)?.openSeeds?.includes(param))
  const bare: DocumentNode = {
    id: freshId(group.id, new Set(others.map(({ id }) => id))),
    type: groupTypeOf(group),
    version: GROUP_VERSION,
    params: Object.fromEntries(group.params.map((param) => [param.name, valueOf(param)])),
    position: {
      x: Math.min(...parts.map(({ position }) => position.x)),
      y: Math.min(...parts.map(({ position }) => position.y)),
    },
  }
  const instance = withSeeds(
    bare,
    open.map(({ name }) => name),
  )
  const form = document.form?.flatMap((entry) => {
    if (!gone.has(entry.node)) return [entry]
    const shown = group.params.find(({ node, param }) => node === entry.node && param === entry.param)
    return shown ? [{ ...entry, node: instance.id, param: shown.name }] : []
  })
  const { form: _, ...rest } = document
  const at = document.nodes.findIndex(({ id }) => gone.has(id))
  const before = document.nodes.slice(0, at).filter(({ id }) => !gone.has(id)).length
  return {
    instance,
    document: {
      ...rest,
      nodes: others.toSpliced(before, 0, instance),
      ...(form && form.length > 0 && { form }),
      groups: [...(document.groups ?? []), group],
    },
  }
}
