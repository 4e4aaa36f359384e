import type { JsonObject } from '../base/json.ts'
import type { DocumentNode, FormEntry } from './document.ts'
import { ID, LIMITS, SOCKET } from './limits.ts'
import type { NodeTypes } from './node-types.ts'
import type { Report } from './problem.ts'
import { broken, dropUnknown, listOf, objectOf } from './shape.ts'
import { readTitle } from './validate-parts.ts'

/**
 * The starred parameters of a file; the list is there only when something is in it. What names no parameter of the graph
 * is dropped; parameters of nodes that are not known here are kept as those nodes are.
 */
export function readForm(
  file: JsonObject,
  nodes: readonly DocumentNode[],
  types: NodeTypes,
  report: Report,
): { form?: readonly FormEntry[] } {
  if (file['form'] === undefined) return {}
  const seen = new Set<string>()
  const form = listOf(file['form'], 'form', LIMITS.form).flatMap((item, i) => {
    const path = `form[${i}]`
    const entry = readEntry(objectOf(item, path), path, report)
    const drop = (why: string) => {
      report({ code: 'graph/form', path, message: `${path} ${why}; it was dropped.`, effect: 'repaired' })
      return []
    }
    const node = nodes.find(({ id }) => id === entry.node)
    if (node === undefined) return drop(`is of node "${entry.node}", which is not in the graph`)
    if (!hasParam(node, entry.param, types)) return drop(`is "${entry.param}", which node "${entry.node}" has not`)
    const name = `${entry.node}.${entry.param}`
    if (seen.has(name)) return drop(`is ${name} a second time`)
    seen.add(name)
    return [entry]
  })
  return form.length > 0 ? { form } : {}
}

/** Whether a file is shown as its form when it is opened. */
export function readOpensAs({ opensAs }: JsonObject, report: Report): { opensAs?: 'form' } {
  if (opensAs === 'form') return { opensAs }
  if (opensAs !== undefined) {
    const message = '"opensAs" is "form" or is not there; the graph opens as a graph.'
    report({ code: 'graph/form', path: 'opensAs', message, effect: 'repaired' })
  }
  return {}
}

function readEntry(raw: JsonObject, path: string, report: Report): FormEntry {
  dropUnknown(raw, ['node', 'param', 'label'], path, report)
  const { node, param } = raw
  if (typeof node !== 'string' || !ID.test(node)) throw broken(`${path}.node`, 'must be the id of a node')
  if (typeof param !== 'string' || !SOCKET.test(param)) throw broken(`${path}.param`, 'must be the name of a parameter')
  const label = raw['label'] === undefined ? undefined : readTitle(raw['label'], `${path}.label`, report)
  return { node, param, ...(label !== undefined && { label }) }
}

function hasParam({ type, version, params }: DocumentNode, param: string, types: NodeTypes): boolean {
  const known = types.get(type)
  return Object.hasOwn(known?.version === version ? known.params : params, param)
}
