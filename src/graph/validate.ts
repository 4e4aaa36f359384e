import { AppError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { SCHEMA, type GraphDocument } from './document.ts'
import { checkSize } from './groups/flatten.ts'
import { readGroups } from './groups/read.ts'
import { typesWith } from './groups/types.ts'
import { LIMITS } from './limits.ts'
import { migrateSchema } from './migrate.ts'
import type { NodeTypes } from './node-types.ts'
import { plain } from './plain.ts'
import type { Problem, Report } from './problem.ts'
import { broken, listOf, dropUnknown } from './shape.ts'
import { singleLine } from './text.ts'
import { readAnnotations } from './validate-annotations.ts'
import { readForm, readOpensAs } from './validate-form.ts'
import { readLinks } from './validate-links.ts'
import { readNodes } from './validate-nodes.ts'
import { readTitle } from './validate-parts.ts'

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
export function readDocument(input: unknown, known: NodeTypes): ReadDocument {
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
  dropUnknown(
    file,
    ['format', 'schema', 'title', 'nodes', 'links', 'frames', 'notes', 'form', 'opensAs', 'groups'],
    '',
    report,
  )
  const title = readTitle(file['title'] ?? 'Untitled', 'title', report) ?? ''
  const defined = readGroups(file, typesWith(known), report)
  const types = typesWith(known, defined.groups)
  const nodes = readNodes(listOf(file['nodes'], 'nodes', LIMITS.nodes), 'nodes', types, report)
  checkSize({ nodes, ...defined })
  const links = readLinks(listOf(file['links'], 'links', LIMITS.links), 'links', nodes, types, report)
  const around = {
    ...readAnnotations(file, report),
    ...readForm(file, nodes, types, report),
    ...readOpensAs(file, report),
    ...defined,
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
