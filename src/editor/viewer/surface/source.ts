import type { ReliefLook } from '../../../engine/events.ts'
import type { GraphDocument, SocketRef } from '../../../graph/document.ts'
import type { Sockets } from '../../../graph/sockets.ts'
import { incoming } from '../../../graph/topology.ts'
import type { PortKind } from '../../../node/values.ts'

/**
 * What the 3D view of a socket stands on: the depth map that it shows, or the nearest one that it was made from, with the
 * photo that this was made from. Undefined where there is no depth map before it.
 */
export function reliefOf(
  document: GraphDocument,
  sockets: Sockets,
  shown: { readonly node: string; readonly socket: string; readonly member: number },
): ReliefLook | undefined {
  const before = incoming(document.links)
  const into = (node: string): readonly SocketRef[] => (before.get(node) ?? []).map(({ from }) => from)

  /** The nearest output, from these on backwards, that is of a kind and fits. */
  function nearest(
    from: readonly SocketRef[],
    kind: PortKind,
    fits: (output: SocketRef) => boolean,
  ): SocketRef | undefined {
    const queue = [...from]
    const seen = new Set<string>()
    for (let at = 0; at < queue.length; at++) {
      const output = queue[at]
      if (output === undefined || seen.has(`${output.node} ${output.socket}`)) continue
      seen.add(`${output.node} ${output.socket}`)
      const kinds = sockets.kinds(output) ?? []
      if (kinds.length === 1 && kinds[0] === kind && fits(output)) return output
      queue.push(...into(output.node))
    }
    return undefined
  }

  // A node without outputs shows what it is given.
  const own = sockets.kinds(shown) === undefined ? (before.get(shown.node) ?? []) : undefined
  const start = own?.filter(({ to }) => to.socket === shown.socket).map(({ from }) => from) ?? [shown]
  const depth = nearest(start, 'depth', () => true)
  if (depth === undefined) return undefined
  const photo = nearest([depth], 'image', ({ node }) => into(node).length === 0)
  return { ...depth, member: sockets.ensemble(depth) ? shown.member : 0, ...(photo && { photo }) }
}
