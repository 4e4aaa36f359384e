import type { Json } from '../base/json.ts'
import type { DocumentNode } from './document.ts'
import { LIMITS, SOCKET } from './limits.ts'
import { typeOf, type NodeTypes } from './node-types.ts'
import type { Report } from './problem.ts'
import { broken, listOf } from './shape.ts'

/**
 * The seeds of a node that are drawn anew; the list is there only when something is in it. What is no seed of the node is
 * dropped; a node that is not known here keeps its list.
 */
export function readOpenSeeds(
  value: Json | undefined,
  node: Pick<DocumentNode, 'id' | 'type' | 'version'>,
  types: NodeTypes,
  path: string,
  report: Report,
): { openSeeds?: readonly string[] } {
  if (value === undefined) return {}
  const type = typeOf(node, types)
  const isSeed = (name: string) => !type || (Object.hasOwn(type.params, name) && type.params[name]?.widget === 'seed')
  const names = listOf(value, path, LIMITS.openSeeds).map((name, i) => {
    if (typeof name !== 'string' || !SOCKET.test(name)) throw broken(`${path}[${i}]`, 'must be the name of a parameter')
    return name
  })
  const openSeeds = [...new Set(names)].filter(isSeed)
  if (openSeeds.length < names.length || names.length === 0) {
    const message = `What is drawn anew in node "${node.id}" is: ${openSeeds.join(', ') || 'nothing'}.`
    report({ code: 'graph/seeds', path, message, node: node.id, effect: 'repaired' })
  }
  return openSeeds.length > 0 ? { openSeeds } : {}
}
