import type { Catalogue, NodeInfo } from '../../node/catalogue.ts'
import type { Param, Params } from '../../node/params.ts'
import type { InputPort, InputPorts, OutputPort, OutputPorts } from '../../node/ports.ts'
import type { PortKind } from '../../node/values.ts'
import type { GroupDefinition, GroupInput, GroupOutput, SocketRef } from '../document.ts'
import { typeOf, type NodeType, type NodeTypes } from '../node-types.ts'
import { port, sockets } from '../sockets.ts'
import { GROUP_CATEGORY, groupTypeOf, GROUP_VERSION, isGroupType } from './flatten.ts'

type Groups = readonly GroupDefinition[] | undefined

/** Types of nodes, with the groups of a document in place of all others. */
export const typesWith = (types: NodeTypes, groups?: Groups): NodeTypes => replaced(types, groups, groupType)

/** The same of a catalogue. */
export const catalogueWith = (catalogue: Catalogue, groups?: Groups): Catalogue =>
  replaced(catalogue, groups, groupInfo)

function replaced<T>(
  types: ReadonlyMap<string, T>,
  groups: Groups,
  make: (group: GroupDefinition, types: ReadonlyMap<string, T>) => T | undefined,
): ReadonlyMap<string, T> {
  const own = [...types].filter(([type]) => !isGroupType(type))
  if (groups === undefined && own.length === types.size) return types
  const plain = new Map(own)
  return new Map([
    ...plain,
    ...(groups ?? []).flatMap((group): [string, T][] => {
      const type = make(group, plain)
      return type === undefined ? [] : [[groupTypeOf(group), type]]
    }),
  ])
}

/** A group as the palette, cards and help know a node type. Undefined as for `groupType`. */
export function groupInfo(group: GroupDefinition, catalogue: Catalogue): NodeInfo | undefined {
  const type = groupType(group, catalogue)
  if (type === undefined) return undefined
  const parts = group.nodes.flatMap((part) => catalogue.get(part.type) ?? [])
  const titles = [...new Set(parts.map(({ title }) => title))]
  return {
    ...type,
    title: group.title,
    about: group.about ?? `${titles.join(', ')}, as one node.`,
    category: GROUP_CATEGORY,
    keywords: ['group', 'macro', ...titles],
    sink: parts.some(({ sink }) => sink),
    heavy: parts.some(({ heavy }) => heavy),
  }
}

/** Sockets and parameters of a group. Undefined while a part is of a type that is not known here. */
export function groupType(group: GroupDefinition, types: NodeTypes): NodeType | undefined {
  const parts = new Map<string, NodeType>()
  for (const part of group.nodes) {
    const type = typeOf(part, types)
    if (type === undefined) return undefined
    parts.set(part.id, type)
  }
  return {
    type: groupTypeOf(group),
    version: GROUP_VERSION,
    inputs: inputsOf(group.inputs, parts),
    params: paramsOf(group, parts),
    outputs: outputsOf(group, parts, types),
  }
}

const inputAt = (parts: ReadonlyMap<string, NodeType>, { node, socket }: SocketRef): InputPort | undefined =>
  port<InputPort>(parts.get(node)?.inputs ?? {}, socket)

function inputsOf(inputs: readonly GroupInput[], parts: ReadonlyMap<string, NodeType>): InputPorts {
  return Object.fromEntries(
    inputs.flatMap(({ name, to }): [string, InputPort][] => {
      const ports = to.flatMap((ref) => inputAt(parts, ref) ?? [])
      const [first] = ports
      if (first === undefined) return []
      const { about } = first
      const kinds = ports.map(acceptedBy).reduce((both, each) => both.filter((kind) => each.includes(kind)))
      const [kind] = kinds
      const one = ports.some((input) => input.kind !== 'any')
      if (!one || kind === undefined) return [[name, { kind: 'any', of: kinds, each: false, optional: false, about }]]
      const optional = ports.every((input) => input.optional)
      return [[name, { kind, each: ports.every((input) => input.each), optional, about }]]
    }),
  )
}

/** What an input takes. */
export const acceptedBy = (input: InputPort): readonly PortKind[] => (input.kind === 'any' ? input.of : [input.kind])

function outputsOf(group: GroupDefinition, parts: ReadonlyMap<string, NodeType>, types: NodeTypes): OutputPorts {
  const inner = sockets(group, types)
  return Object.fromEntries(
    group.outputs.flatMap(({ name, from }: GroupOutput): [string, OutputPort][] => {
      const about = port<OutputPort>(parts.get(from.node)?.outputs ?? {}, from.socket)?.about
      const kinds = inner.kinds(from) ?? []
      const [kind] = kinds
      if (about === undefined || kind === undefined) return []
      if (kinds.length === 1) return [[name, { kind, each: inner.ensemble(from), optional: false, about }]]
      const as = followed(group, parts, from) ?? ''
      return [[name, { kind: 'same', as, of: kinds, each: false, optional: false, about }]]
    }),
  )
}

/** The input of the group whose kind an output of a part has. */
function followed(group: GroupDefinition, parts: ReadonlyMap<string, NodeType>, ref: SocketRef): string | undefined {
  const output = port<OutputPort>(parts.get(ref.node)?.outputs ?? {}, ref.socket)
  if (output?.kind !== 'same') return undefined
  const is = (to: SocketRef): boolean => to.node === ref.node && to.socket === output.as
  const link = group.links.find(({ to }) => is(to))
  return link ? followed(group, parts, link.from) : group.inputs.find(({ to }) => to.some(is))?.name
}

function paramsOf(group: GroupDefinition, parts: ReadonlyMap<string, NodeType>): Params {
  return Object.fromEntries(
    group.params.flatMap(({ name, node, param, label }): [string, Param][] => {
      const known = port<Param>(parts.get(node)?.params ?? {}, param)
      const value = group.nodes.find(({ id }) => id === node)?.params[param]
      if (known === undefined || value === undefined) return []
      const { advanced: _, when, ...shown } = known
      // What it depends on, where that is shown too.
      const on = when && group.params.find((other) => other.node === node && other.param === when.param)
      const depends = when && on && { when: { ...when, param: on.name } }
      // The part's value has been fitted to the parameter.
      return [[name, { ...shown, label: label ?? known.label, default: value, ...depends } as Param]]
    }),
  )
}
