import { apply, type Command } from '../../graph/commands.ts'
import type { DocumentLink, GraphDocument, Point } from '../../graph/document.ts'
import { LIMITS } from '../../graph/limits.ts'
import { passThrough } from '../../graph/pass-through.ts'
import { misfit, port, sockets } from '../../graph/sockets.ts'
import type { Catalogue } from '../../node/catalogue.ts'
import { fittingSocket } from './wiring.svelte.ts'

/** A link that is led through these points, as many of them as a wire may have. */
export const ledThrough = (link: DocumentLink, points: readonly Point[]): DocumentLink => {
  const { via: _, ...bare } = link
  return points.length > 0 ? { ...bare, via: points.slice(0, LIMITS.via) } : bare
}

/**
 * Removes nodes and, unless told otherwise, heals the wires through them: an input that one of them fed is given what passes through it
 * (pass-through.ts), where that is neither made an ensemble nor merged on the way. It is led through the points of all of them.
 */
export function removal(document: GraphDocument, types: Catalogue, ids: ReadonlySet<string>, heal = true): Command {
  const nodes = new Map(document.nodes.map((node) => [node.id, node]))
  const known = sockets(document, types)
  const commands: Command[] = [{ do: 'removeNodes', nodes: [...ids] }]
  for (const link of heal ? document.links : []) {
    if (!ids.has(link.from.node) || ids.has(link.to.node)) continue
    let { from, via = [] } = link
    while (ids.has(from.node)) {
      const type = types.get(nodes.get(from.node)?.type ?? '')
      const input = type && passThrough(type).get(from.socket)
      const before = document.links.find(({ to }) => to.node === from.node && to.socket === input)
      if (before === undefined) break
      from = before.from
      via = [...(before.via ?? []), ...via]
    }
    const input = port(types.get(nodes.get(link.to.node)?.type ?? '')?.inputs ?? {}, link.to.socket)
    const fits = input !== undefined && misfit(known.kinds(from), input) === undefined
    if (!ids.has(from.node) && fits && known.ensemble(from) === known.ensemble(link.from))
      commands.push({ do: 'connect', link: ledThrough({ from, to: link.to }, via) })
  }
  return { do: 'all', commands }
}

/** The points of a wire before and after a node that is put into it. */
export interface Divided {
  readonly before: readonly Point[]
  readonly after: readonly Point[]
}

/** Puts a node without wires between the two ends of one; undefined where it does not fit there. */
export function insertion(
  document: GraphDocument,
  types: Catalogue,
  node: string,
  link: DocumentLink,
  points: Divided = { before: [], after: [] },
): Command | undefined {
  if (document.links.some(({ from, to }) => from.node === node || to.node === node)) return undefined
  const input = fittingSocket(document, types, { ...link.from, side: 'output' }, node)
  if (!input) return undefined
  const first = { from: link.from, to: { node, socket: input.socket } }
  const into: Command = { do: 'connect', link: ledThrough(first, points.before) }
  const fed = apply(document, into).document
  const output = fittingSocket(fed, types, { ...link.to, side: 'input' }, node)
  if (!output) return undefined
  const second = { from: { node, socket: output.socket }, to: link.to }
  const onwards: Command = { do: 'connect', link: ledThrough(second, points.after) }
  return { do: 'all', commands: [into, onwards] }
}

/** Takes links away, one step. */
export const cutting = (links: readonly DocumentLink[]): Command => ({
  do: 'all',
  commands: links.map(({ to }): Command => ({ do: 'disconnect', to })),
})

/** The links between some nodes and all others; of a node without such links, none. */
export const linksToOthers = ({ links }: GraphDocument, ids: ReadonlySet<string>): readonly DocumentLink[] =>
  links.filter(({ from, to }) => ids.has(from.node) !== ids.has(to.node))
