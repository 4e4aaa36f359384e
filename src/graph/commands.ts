import { AppError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type {
  DocumentFrame,
  DocumentLink,
  DocumentNode,
  DocumentNote,
  FormEntry,
  GraphDocument,
  GroupDefinition,
  Point,
  SocketRef,
} from './document.ts'
import { checkSize } from './groups/flatten.ts'
import { LIMITS } from './limits.ts'
import { closesCycle } from './topology.ts'

/** An item and its index in the list after it was put in. */
export interface Placed<T> {
  readonly at: number
  readonly item: T
}

/** One change of a document. Whether kinds fit is for `canConnect` to say before. */
export type Command =
  | { readonly do: 'addNode'; readonly node: DocumentNode }
  /** The nodes, every link at them, and what of them is in the form. */
  | { readonly do: 'removeNodes'; readonly nodes: readonly string[] }
  /** Replaces the link on that input. */
  | { readonly do: 'connect'; readonly link: DocumentLink }
  | { readonly do: 'disconnect'; readonly to: SocketRef }
  /** The points that the wire into an input is led through, all of them. */
  | { readonly do: 'setVia'; readonly to: SocketRef; readonly via: readonly Point[] }
  /** Undefined takes the parameter out. */
  | { readonly do: 'setParam'; readonly node: string; readonly param: string; readonly value: Json | undefined }
  | { readonly do: 'moveNodes'; readonly positions: Readonly<Record<string, Point>> }
  /** Undefined gives the node its type's title again. */
  | { readonly do: 'renameNode'; readonly node: string; readonly title: string | undefined }
  /** Only the nodes change that were not so before. */
  | {
      readonly do: 'setFlag'
      readonly flag: 'bypass' | 'collapsed'
      readonly nodes: readonly string[]
      readonly on: boolean
    }
  /** Which seeds of a node are drawn anew with each Run, all of them. */
  | { readonly do: 'setOpenSeeds'; readonly node: string; readonly seeds: readonly string[] }
  /** All of them, in their order from back to front. */
  | { readonly do: 'setFrames'; readonly frames: readonly DocumentFrame[] }
  | { readonly do: 'setNotes'; readonly notes: readonly DocumentNote[] }
  /** All starred parameters, in the order of the form. */
  | { readonly do: 'setForm'; readonly form: readonly FormEntry[] }
  /** Undefined: as the graph. */
  | { readonly do: 'setOpensAs'; readonly as: 'form' | undefined }
  /** All definitions of groups. Nodes of a group that is not among them are of an unknown type. */
  | { readonly do: 'setGroups'; readonly groups: readonly GroupDefinition[] }
  | { readonly do: 'setTitle'; readonly title: string }
  | { readonly do: 'replace'; readonly document: GraphDocument }
  /** Nodes and links at their places: what brings removed things back. Ascending places. */
  | {
      readonly do: 'insert'
      readonly nodes: readonly Placed<DocumentNode>[]
      readonly links: readonly Placed<DocumentLink>[]
    }
  /** Several changes as one. */
  | { readonly do: 'all'; readonly commands: readonly Command[] }

export interface Applied {
  readonly document: GraphDocument
  /** `apply(document, inverse).document` equals the document before. */
  readonly inverse: Command
}

/**
 * The document after one command; the old one is untouched. Errors: `graph/no-such-node`, `graph/no-such-link`,
 * `graph/duplicate-id`, `graph/cycle`, `graph/too-large`.
 */
export function apply(document: GraphDocument, command: Command): Applied {
  switch (command.do) {
    case 'addNode': {
      const nodes = [{ at: document.nodes.length, item: command.node }]
      return { document: insert(document, nodes, []), inverse: { do: 'removeNodes', nodes: [command.node.id] } }
    }
    case 'insert': {
      const inverse: Command[] = command.links.map(({ item }) => ({ do: 'disconnect', to: item.to }))
      if (command.nodes.length > 0) inverse.push({ do: 'removeNodes', nodes: command.nodes.map(({ item }) => item.id) })
      return { document: insert(document, command.nodes, command.links), inverse: { do: 'all', commands: inverse } }
    }
    case 'removeNodes':
      return remove(document, new Set(command.nodes))
    case 'connect':
      return connect(document, command.link)
    case 'disconnect': {
      const { at, item } = linkOf(document, command.to)
      return {
        document: { ...document, links: document.links.filter((link) => link !== item) },
        inverse: { do: 'insert', nodes: [], links: [{ at, item }] },
      }
    }
    case 'setVia': {
      const { at, item } = linkOf(document, command.to)
      const { via: before = [], ...bare } = item
      if (command.via.length > LIMITS.via)
        throw new AppError('graph/too-large', `A wire is led through at most ${LIMITS.via} points.`)
      const link: DocumentLink = command.via.length > 0 ? { ...bare, via: command.via } : bare
      return { document: { ...document, links: document.links.with(at, link) }, inverse: { ...command, via: before } }
    }
    case 'setParam': {
      const { [command.param]: before, ...others } = nodeOf(document, command.node).params
      const params = command.value === undefined ? others : { ...others, [command.param]: command.value }
      return {
        document: withNode(document, command.node, (node) => ({ ...node, params })),
        inverse: { ...command, value: before },
      }
    }
    case 'moveNodes': {
      const ids = Object.keys(command.positions)
      const before = Object.fromEntries(ids.map((id) => [id, nodeOf(document, id).position]))
      const nodes = document.nodes.map((node) => {
        const position = Object.hasOwn(command.positions, node.id) ? command.positions[node.id] : undefined
        return position ? { ...node, position } : node
      })
      return { document: { ...document, nodes }, inverse: { do: 'moveNodes', positions: before } }
    }
    case 'renameNode': {
      const { title: before } = nodeOf(document, command.node)
      const rename = ({ title: _, ...node }: DocumentNode): DocumentNode =>
        command.title === undefined ? node : { ...node, title: command.title }
      return { document: withNode(document, command.node, rename), inverse: { ...command, title: before } }
    }
    case 'setFlag':
      return setFlag(document, command)
    case 'setOpenSeeds': {
      const { openSeeds: before = [] } = nodeOf(document, command.node)
      const { seeds } = command
      const open = ({ openSeeds: _, ...node }: DocumentNode): DocumentNode =>
        seeds.length > 0 ? { ...node, openSeeds: seeds } : node
      return { document: withNode(document, command.node, open), inverse: { ...command, seeds: before } }
    }
    case 'setFrames': {
      const { frames: before = [], ...others } = document
      capped('frames', command.frames)
      const frames = command.frames.length > 0 && { frames: command.frames }
      return { document: { ...others, ...frames }, inverse: { do: 'setFrames', frames: before } }
    }
    case 'setNotes': {
      const { notes: before = [], ...others } = document
      capped('notes', command.notes)
      const notes = command.notes.length > 0 && { notes: command.notes }
      return { document: { ...others, ...notes }, inverse: { do: 'setNotes', notes: before } }
    }
    case 'setForm': {
      const { form: before = [], ...others } = document
      for (const { node } of command.form) nodeOf(document, node)
      capped('form', command.form)
      const form = command.form.length > 0 && { form: command.form }
      return { document: { ...others, ...form }, inverse: { do: 'setForm', form: before } }
    }
    case 'setOpensAs': {
      const { opensAs: before, ...others } = document
      const { as } = command
      return { document: as ? { ...others, opensAs: as } : others, inverse: { do: 'setOpensAs', as: before } }
    }
    case 'setGroups': {
      const { groups: before = [], ...others } = document
      capped('groups', command.groups)
      const after = { ...others, ...(command.groups.length > 0 && { groups: command.groups }) }
      checkSize(after)
      return { document: after, inverse: { do: 'setGroups', groups: before } }
    }
    case 'setTitle':
      return { document: { ...document, title: command.title }, inverse: { do: 'setTitle', title: document.title } }
    case 'replace':
      return { document: command.document, inverse: { do: 'replace', document } }
    case 'all': {
      let after = document
      const inverses = command.commands.map((part) => {
        const applied = apply(after, part)
        after = applied.document
        return applied.inverse
      })
      return { document: after, inverse: { do: 'all', commands: inverses.reverse() } }
    }
  }
}

function setFlag(document: GraphDocument, command: Extract<Command, { do: 'setFlag' }>): Applied {
  const { flag, on } = command
  const changed = new Set(command.nodes.filter((id) => (nodeOf(document, id)[flag] === true) !== on))
  const nodes = document.nodes.map((node): DocumentNode => {
    if (!changed.has(node.id)) return node
    const { [flag]: _, ...off } = node
    return on ? { ...off, [flag]: true } : off
  })
  return { document: { ...document, nodes }, inverse: { ...command, nodes: [...changed], on: !on } }
}

const CAPPED = { frames: 'frames', notes: 'notes', form: 'parameters in its form', groups: 'groups' } as const

function capped(name: keyof typeof CAPPED, list: readonly unknown[]): void {
  if (list.length > LIMITS[name])
    throw new AppError('graph/too-large', `A graph has at most ${LIMITS[name]} ${CAPPED[name]}.`)
}

function nodeOf(document: GraphDocument, id: string): DocumentNode {
  const node = document.nodes.find((candidate) => candidate.id === id)
  if (node === undefined) throw new AppError('graph/no-such-node', `There is no node "${id}".`)
  return node
}

const withNode = (
  document: GraphDocument,
  id: string,
  change: (node: DocumentNode) => DocumentNode,
): GraphDocument => ({
  ...document,
  nodes: document.nodes.map((node) => (node.id === id ? change(node) : node)),
})

const linkAt = (document: GraphDocument, to: SocketRef): number =>
  document.links.findIndex((link) => link.to.node === to.node && link.to.socket === to.socket)

function linkOf(document: GraphDocument, to: SocketRef): Placed<DocumentLink> {
  const at = linkAt(document, to)
  const item = document.links[at]
  if (item === undefined) throw new AppError('graph/no-such-link', `Nothing is connected to ${to.node}.${to.socket}.`)
  return { at, item }
}

function insert(
  document: GraphDocument,
  nodes: readonly Placed<DocumentNode>[],
  links: readonly Placed<DocumentLink>[],
): GraphDocument {
  for (const { item } of nodes) {
    if (document.nodes.some((node) => node.id === item.id)) {
      throw new AppError('graph/duplicate-id', `There is a node "${item.id}" already.`)
    }
  }
  const after = { ...document, nodes: placed(document.nodes, nodes), links: placed(document.links, links) }
  if (after.nodes.length > LIMITS.nodes)
    throw new AppError('graph/too-large', `A graph has at most ${LIMITS.nodes} nodes.`)
  checkSize(after)
  return after
}

function placed<T>(list: readonly T[], items: readonly Placed<T>[]): readonly T[] {
  const after = [...list]
  for (const { at, item } of items) after.splice(at, 0, item)
  return after
}

function remove(document: GraphDocument, ids: ReadonlySet<string>): Applied {
  for (const id of ids) nodeOf(document, id)
  const gone = (link: DocumentLink) => ids.has(link.from.node) || ids.has(link.to.node)
  const nodes = document.nodes.flatMap((item, at) => (ids.has(item.id) ? [{ at, item }] : []))
  const links = document.links.flatMap((item, at) => (gone(item) ? [{ at, item }] : []))
  const { form, ...others } = document
  const left = form?.filter(({ node }) => !ids.has(node)) ?? []
  const back: Command = { do: 'insert', nodes, links }
  return {
    document: {
      ...others,
      nodes: document.nodes.filter((node) => !ids.has(node.id)),
      links: document.links.filter((link) => !gone(link)),
      ...(left.length > 0 && { form: left }),
    },
    inverse: form && left.length < form.length ? { do: 'all', commands: [back, { do: 'setForm', form }] } : back,
  }
}

function connect(document: GraphDocument, link: DocumentLink): Applied {
  nodeOf(document, link.from.node)
  nodeOf(document, link.to.node)
  const at = linkAt(document, link.to)
  const old = document.links[at]
  const others = document.links.filter((other) => other !== old)
  if (closesCycle({ nodes: document.nodes, links: others }, link.from.node, link.to.node)) {
    throw new AppError('graph/cycle', `A link from "${link.from.node}" to "${link.to.node}" would make a cycle.`)
  }
  if (old === undefined) {
    if (document.links.length >= LIMITS.links)
      throw new AppError('graph/too-large', `A graph has at most ${LIMITS.links} links.`)
    return { document: { ...document, links: [...document.links, link] }, inverse: { do: 'disconnect', to: link.to } }
  }
  return {
    document: { ...document, links: document.links.with(at, link) },
    inverse: { do: 'connect', link: old },
  }
}
