import type { Json, JsonObject } from '../base/json.ts'
import type { DocumentNode } from './document.ts'
import { ID, TYPE } from './limits.ts'
import { migrateParams } from './migrate.ts'
import type { NodeType, NodeTypes } from './node-types.ts'
import { fitParams } from './params.ts'
import { plain } from './plain.ts'
import type { Problem, Report } from './problem.ts'
import { broken, dropUnknown, objectOf } from './shape.ts'
import { readOpenSeeds } from './validate-seeds.ts'
import { freshId, readPoint, readTitle } from './validate-parts.ts'

/** The nodes of a list that stands at `path`; two with the same id are told apart. */
export function readNodes(
  list: readonly Json[],
  path: string,
  types: NodeTypes,
  report: Report,
): readonly DocumentNode[] {
  const missing = new Missing()
  const read = list.map((item, i) => readNode(objectOf(item, `${path}[${i}]`), `${path}[${i}]`, types, report, missing))
  missing.tell(report)
  const taken = new Set(read.map((node) => node.id))
  const seen = new Set<string>()
  return read.map((node, i) => {
    if (!seen.has(node.id)) {
      seen.add(node.id)
      return node
    }
    const id = freshId(node.id, taken)
    taken.add(id)
    seen.add(id)
    const message = `Two nodes had the id "${node.id}"; this one is "${id}" now, links belong to the first.`
    report({ code: 'graph/duplicate-id', path: `${path}[${i}].id`, message, node: id, effect: 'repaired' })
    return { ...node, id }
  })
}

const FIELDS = ['id', 'type', 'version', 'params', 'position', 'title', 'bypass', 'collapsed', 'openSeeds']

function readNode(raw: JsonObject, path: string, types: NodeTypes, report: Report, missing: Missing): DocumentNode {
  dropUnknown(raw, FIELDS, path, report)
  const { id, type, version } = raw
  if (typeof id !== 'string' || !ID.test(id)) throw broken(`${path}.id`, 'must be 1 to 40 letters, digits, _ or -')
  if (typeof type !== 'string' || !TYPE.test(type))
    throw broken(`${path}.type`, 'must be a node type such as depth/colorize')
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw broken(`${path}.version`, 'must be a whole number from 1')
  }
  const title = raw['title'] === undefined ? undefined : readTitle(raw['title'], `${path}.title`, report)
  const position = readPoint(raw['position'], `${path}.position`, `Node "${id}"`, id, report)
  const given = raw['params'] === undefined ? {} : objectOf(raw['params'], `${path}.params`)
  const known = readParams({ id, type, version, given, path }, types.get(type), report, missing)
  const flags = { ...readFlag(raw, 'bypass', path, report), ...readFlag(raw, 'collapsed', path, report) }
  const seeds = readOpenSeeds(raw['openSeeds'], { id, type, ...known }, types, `${path}.openSeeds`, report)
  return { id, type, ...known, position, ...(title && { title }), ...flags, ...seeds }
}

type At = Pick<Problem, 'code' | 'path'> & { readonly node: string }

/** Parameters that are younger than the file are missing in each node of a type: said once. */
class Missing {
  readonly #params = new Map<string, At[]>()

  add(type: string, at: At): void {
    const name = at.path.split('.').at(-1) ?? ''
    const key = `"${name}" of ${type}`
    this.#params.set(key, [...(this.#params.get(key) ?? []), at])
  }

  tell(report: Report): void {
    for (const [what, all] of this.#params) {
      const [first] = all
      const where = all.length === 1 ? `in node "${first?.node}"` : `in ${all.length} nodes`
      if (first) report({ ...first, message: `${what} was missing ${where} and has its default.`, effect: 'repaired' })
    }
  }
}

interface RawNode {
  readonly id: string
  readonly type: string
  readonly version: number
  readonly given: JsonObject
  readonly path: string
}

function readParams(
  { id, type, version, given, path }: RawNode,
  definition: NodeType | undefined,
  report: Report,
  missing: Missing,
) {
  const keep = (code: Problem['code'], message: string) => {
    report({ code, path, message, node: id, effect: 'kept' })
    return { version, params: given }
  }
  if (definition === undefined)
    return keep('graph/unknown-type', `Node "${id}" is of a type that is not known here: ${type}.`)
  if (version > definition.version) {
    return keep(
      'graph/newer-node',
      `Node "${id}" is of a newer version of ${type} (${version}, here ${definition.version}).`,
    )
  }
  let params: JsonObject
  try {
    params = objectOf(plain(migrateParams(definition, given, version)), `${path}.params`)
  } catch (error) {
    return keep(
      'graph/not-migrated',
      `Node "${id}" could not be brought up to date: ${error instanceof Error ? error.message : 'unknown error'}`,
    )
  }
  if (version < definition.version) {
    const message = `Node "${id}" was brought from version ${version} of ${type} to ${definition.version}.`
    report({ code: 'graph/migrated', path: `${path}.version`, message, node: id, effect: 'repaired' })
  }
  const at = (param: string) => ({ code: 'graph/param', path: `${path}.params.${param}`, node: id }) as const
  const fitted = fitParams(
    definition.params,
    params,
    (param, problem) => report({ ...at(param), message: `"${param}" of node "${id}" ${problem}.`, effect: 'repaired' }),
    (param) => missing.add(type, at(param)),
  )
  return { version: definition.version, params: fitted }
}

function readFlag(
  raw: JsonObject,
  flag: 'bypass' | 'collapsed',
  path: string,
  report: Report,
): { [F in typeof flag]?: true } {
  const value = raw[flag]
  if (value === true) return { [flag]: true }
  if (value !== undefined && value !== false) {
    const message = `"${flag}" is true or false; it is false now.`
    report({ code: 'graph/flag', path: `${path}.${flag}`, message, effect: 'repaired' })
  }
  return {}
}
