import type { GraphDocument, DocumentLink, DocumentNode } from '../../graph/document.ts'
import { wireId } from '../state/wire-id.ts'

/** One change of what Rete shows. */
export type Change =
  | { readonly do: 'removeWire'; readonly id: string }
  | { readonly do: 'removeNode'; readonly id: string }
  | { readonly do: 'addNode'; readonly node: DocumentNode }
  | { readonly do: 'move'; readonly node: DocumentNode }
  | { readonly do: 'addWire'; readonly link: DocumentLink }

/**
 * What must change for Rete to show `after` instead of `before`, in an order that never leaves a wire without its nodes
 * (Rete does not remove the wires of a removed node). A node that changed its type is a new node.
 */
export function diff(
  before: Pick<GraphDocument, 'nodes' | 'links'>,
  after: Pick<GraphDocument, 'nodes' | 'links'>,
): readonly Change[] {
  const oldNodes = new Map(before.nodes.map((node) => [node.id, node]))
  const newNodes = new Map(after.nodes.map((node) => [node.id, node]))
  const replaced = (id: string) => {
    const [old, now] = [oldNodes.get(id), newNodes.get(id)]
    return old !== undefined && now !== undefined && (old.type !== now.type || old.version !== now.version)
  }
  const oldWires = new Map(before.links.map((link) => [wireId(link), link]))
  const newWires = new Map(after.links.map((link) => [wireId(link), link]))
  const remade = ({ from, to }: DocumentLink) => replaced(from.node) || replaced(to.node)
  const changes: Change[] = []
  for (const [id, link] of oldWires) if (!newWires.has(id) || remade(link)) changes.push({ do: 'removeWire', id })
  for (const id of oldNodes.keys()) if (!newNodes.has(id) || replaced(id)) changes.push({ do: 'removeNode', id })
  for (const node of after.nodes) {
    const old = oldNodes.get(node.id)
    if (!old || replaced(node.id)) changes.push({ do: 'addNode', node })
    else if (old.position.x !== node.position.x || old.position.y !== node.position.y)
      changes.push({ do: 'move', node })
  }
  for (const [id, link] of newWires) if (!oldWires.has(id) || remade(link)) changes.push({ do: 'addWire', link })
  return changes
}
