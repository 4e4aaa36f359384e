import type { GraphDocument, DocumentNode } from '../../graph/document.ts'

/** One change of what Rete shows. */
export type Change =
  | { readonly do: 'removeNode'; readonly id: string }
  | { readonly do: 'addNode'; readonly node: DocumentNode }
  | { readonly do: 'move'; readonly node: DocumentNode }

/** What must change for Rete to show `after` instead of `before`. A node that changed its type is a new node. */
export function diff(before: Pick<GraphDocument, 'nodes'>, after: Pick<GraphDocument, 'nodes'>): readonly Change[] {
  const oldNodes = new Map(before.nodes.map((node) => [node.id, node]))
  const newNodes = new Map(after.nodes.map((node) => [node.id, node]))
  const replaced = (id: string) => {
    const [old, now] = [oldNodes.get(id), newNodes.get(id)]
    return old !== undefined && now !== undefined && (old.type !== now.type || old.version !== now.version)
  }
  const changes: Change[] = []
  for (const id of oldNodes.keys()) if (!newNodes.has(id) || replaced(id)) changes.push({ do: 'removeNode', id })
  for (const node of after.nodes) {
    const old = oldNodes.get(node.id)
    if (!old || replaced(node.id)) changes.push({ do: 'addNode', node })
    else if (old.position.x !== node.position.x || old.position.y !== node.position.y)
      changes.push({ do: 'move', node })
  }
  return changes
}
