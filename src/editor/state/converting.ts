import { apply, type Command } from '../../graph/commands.ts'
import type { GroupDefinition, DocumentLink, GraphDocument, Point } from '../../graph/document.ts'
import { sockets } from '../../graph/sockets.ts'
import type { Catalogue, NodeInfo } from '../../node/catalogue.ts'
import { SAY } from '../text.ts'
import type { Editor } from './editor.svelte.ts'
import { newNode } from './edits.ts'
import type { SocketAddress } from './geometry.svelte.ts'
import { defining } from './group-definitions.ts'
import { insertion } from './rewiring.ts'
import { linkBetween, type Conversion } from './wiring.svelte.ts'

/** What is needed to tell which nodes convert. */
interface Known {
  readonly document: GraphDocument
  readonly types: Catalogue
  /** Groups that come with the editor. */
  readonly offered: readonly GroupDefinition[]
}

const knownTo = ({ store, run }: Editor): Known => ({
  document: store.document,
  types: run.catalogue,
  offered: run.offered,
})

/**
 * Tells of a node type whether it can be put between the ends of a link that does not fit. A checkpoint is not converted:
 * nodes use it for what they make of something else.
 */
function converting(known: Known, link: DocumentLink): (type: NodeInfo) => boolean {
  if (sockets(known.document, known.types).kinds(link.from)?.includes('checkpoint')) return () => false
  return (type) => conversion(known, type, link, { x: 0, y: 0 }) !== undefined
}

/** All that can. */
export const converters = (known: Known, link: DocumentLink): readonly NodeInfo[] =>
  [...known.types.values()].filter(converting(known, link))

/** Adds a node of a type and leads a link through it; undefined where it does not fit. */
export function conversion(
  { document, types, offered }: Known,
  type: NodeInfo,
  link: DocumentLink,
  at: Point,
): { readonly node: string; readonly command: Command } | undefined {
  const node = newNode(document, type, at)
  const adding: Command = { do: 'all', commands: [...defining(document, offered, type.type), { do: 'addNode', node }] }
  const leading = insertion(apply(document, adding).document, types, node.id, link)
  return leading && { node: node.id, command: { do: 'all', commands: [adding, leading] } }
}

/** The wire between two sockets if something converts it: the first that does is enough while a pointer moves. */
export function convertible(editor: Editor, a: SocketAddress, b: SocketAddress): DocumentLink | undefined {
  const known = knownTo(editor)
  const link = linkBetween(a, b)
  return link && [...known.types.values()].some(converting(known, link)) ? link : undefined
}

/** The same for the first socket of a node for which there is something. */
export function convertibleOn(editor: Editor, wire: SocketAddress, node: string): DocumentLink | undefined {
  const found = editor.store.node(node)
  const type = found && editor.type(found)
  const side = wire.side === 'output' ? 'input' : 'output'
  for (const socket of Object.keys((side === 'input' ? type?.inputs : type?.outputs) ?? {})) {
    const link = convertible(editor, wire, { node, side, socket })
    if (link !== undefined) return link
  }
  return undefined
}

export const convertersFor = (editor: Editor, { link }: Conversion): readonly NodeInfo[] =>
  converters(knownTo(editor), link)

/** Puts a new node between the ends of the wire; one step. Undefined when that is not possible any more. */
export function convert(editor: Editor, type: NodeInfo, { link, lifted }: Conversion, at: Point): string | undefined {
  const made = conversion(knownTo(editor), type, link, at)
  if (made === undefined) return undefined
  const lifting: Command[] = lifted ? [{ do: 'disconnect', to: lifted.to }] : []
  const command: Command = { do: 'all', commands: [...lifting, made.command] }
  return editor.addAll({ command, nodes: [made.node], marks: [] }, () => SAY.added(type.title)) ? made.node : undefined
}
