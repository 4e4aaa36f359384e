import { AppError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { SCHEMA, type DocumentNode, type GraphDocument } from './document.ts'
import { ID, LIMITS, TYPE } from './limits.ts'
import { migrateParams, migrateSchema } from './migrate.ts'
import type { NodeType, NodeTypes } from './node-types.ts'
import { fitParams } from './params.ts'
import { plain } from './plain.ts'
import type { Problem, Report } from './problem.ts'
import { broken, listOf, dropUnknown, objectOf } from './shape.ts'
import { singleLine } from './text.ts'
import { readAnnotations } from './validate-annotations.ts'
import { readForm, readOpensAs } from './validate-form.ts'
import { readOpenSeeds } from './validate-seeds.ts'
import { freshId, readPoint, readTitle } from './validate-parts.ts'
import { readLinks } from './validate-links.ts'

export interface ReadDocument {
  readonly document: GraphDocument
  /** What was repaired, and what was kept though it cannot be used here. */
  readonly problems: readonly Problem[]
}

/** Reads the text of a graph file. Errors as `readDocument`; `graph/not-json` also for text that is not JSON. */
export function parseDocument(text: string, types: NodeTypes): ReadDocument {
  if (text.length > LIMITS.text) {
    throw new AppError(
      'graph/too-large',
      `The file has ${text.length} characters; a graph has at most ${LIMITS.text}.`,
      {
        fix: 'Open a graph that was saved by Marigold Nodes.',
      },
    )
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    // The parser quotes the text, whatever it holds.
    const why = singleLine(cause instanceof Error ? cause.message : 'unreadable', LIMITS.title)
    throw new AppError('graph/not-json', `This is not a JSON file: ${why}.`, {
      fix: 'Open a graph that was saved by Marigold Nodes.',
      cause,
    })
  }
  return readDocument(value, types)
}

/**
 * Anything → a valid document: checked, migrated, checked again. What is certain is repaired and listed; nodes of an
 * unknown type or a newer version are kept as they are. Reading what was read changes nothing.
 *
 * Errors: `graph/not-json`, `graph/not-a-graph`, `graph/newer-schema`, `graph/broken` (with the path of the part that is
 * wrong), `graph/too-large`, `graph/too-deep`, `graph/forbidden-key`.
 */
export function readDocument(input: unknown, types: NodeTypes): ReadDocument {
  const raw = plain(input)
  if (raw === null || typeof raw !== 'object' || !('format' in raw) || raw.format !== 'marigold-graph') {
    throw new AppError('graph/not-a-graph', 'This JSON file is not a Marigold graph.', {
      fix: 'A graph has "format": "marigold-graph".',
    })
  }
  const problems: Problem[] = []
  // Names in a file may be of any length and hold what steers a terminal or turns text round.
  const report: Report = ({ path, message, ...problem }) =>
    problems.push({ ...problem, path: singleLine(path, LIMITS.title), message: singleLine(message, LIMITS.message) })
  const file = migrated(raw)
  dropUnknown(file, ['format', 'schema', 'title', 'nodes', 'links', 'frames', 'notes', 'form', 'opensAs'], '', report)
  const title = readTitle(file['title'] ?? 'Untitled', 'title', report) ?? ''
  const nodes = readNodes(listOf(file['nodes'], 'nodes', LIMITS.nodes), types, report)
  const links = readLinks(listOf(file['links'], 'links', LIMITS.links), nodes, types, report)
  const around = {
    ...readAnnotations(file, report),
    ...readForm(file, nodes, types, report),
    ...readOpensAs(file, report),
  }
  return { document: { format: 'marigold-graph', schema: SCHEMA, title, nodes, links, ...around }, problems }
}

function migrated(raw: JsonObject): JsonObject {
  const { schema } = raw
  if (typeof schema !== 'number' || !Number.isInteger(schema) || schema < 1)
    throw broken('schema', 'must be a whole number from 1')
  if (schema > SCHEMA) {
    throw new AppError(
      'graph/newer-schema',
      `This graph was saved by a newer version (schema ${schema}, this one reads ${SCHEMA}).`,
      {
        fix: 'Update Marigold Nodes.',
      },
    )
  }
  return migrateSchema(raw, schema)
}

function readNodes(list: readonly Json[], types: NodeTypes, report: Report): readonly DocumentNode[] {
  const read = list.map((item, i) => readNode(objectOf(item, `nodes[${i}]`), `nodes[${i}]`, types, report))
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
    report({ code: 'graph/duplicate-id', path: `nodes[${i}].id`, message, node: id, effect: 'repaired' })
    return { ...node, id }
  })
}

const FIELDS = ['id', 'type', 'version', 'params', 'position', 'title', 'bypass', 'collapsed', 'openSeeds']

function readNode(raw: JsonObject, path: string, types: NodeTypes, report: Report): DocumentNode {
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
  const known = readParams({ id, type, version, given, path }, types.get(type), report)
  const flags = { ...readFlag(raw, 'bypass', path, report), ...readFlag(raw, 'collapsed', path, report) }
  const seeds = readOpenSeeds(raw['openSeeds'], { id, type, ...known }, types, `${path}.openSeeds`, report)
  return { id, type, ...known, position, ...(title && { title }), ...flags, ...seeds }
}

interface RawNode {
  readonly id: string
  readonly type: string
  readonly version: number
  readonly given: JsonObject
  readonly path: string
}

function readParams({ id, type, version, given, path }: RawNode, definition: NodeType | undefined, report: Report) {
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
  const fitted = fitParams(definition.params, params, (param, problem) =>
    report({
      code: 'graph/param',
      path: `${path}.params.${param}`,
      message: `"${param}" of node "${id}" ${problem}.`,
      node: id,
      effect: 'repaired',
    }),
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
