import type { GraphDocument } from '../../graph/document.ts'

const ends = ({ links }: GraphDocument): string => JSON.stringify(links.map(({ from, to }) => [from, to]))

/** True when results may differ: positions, the ways of wires, and names do not count. */
export function changesResults(before: GraphDocument, after: GraphDocument): boolean {
  if (before.links !== after.links && ends(before) !== ends(after)) return true
  if (before.nodes === after.nodes) return false
  const known = new Map(before.nodes.map((node) => [node.id, node]))
  return (
    before.nodes.length !== after.nodes.length ||
    after.nodes.some((node) => {
      const old = known.get(node.id)
      return old === undefined || old.type !== node.type || old.params !== node.params || old.bypass !== node.bypass
    })
  )
}
