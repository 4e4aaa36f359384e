import type { JsonObject } from '../base/json.ts'
import type { GraphDocument } from './document.ts'
import type { NodeType } from './node-types.ts'

/** One change of the document format: from `to − 1` up to `to`. Plain data in, plain data out. */
export interface SchemaStep {
  readonly to: number
  up(document: JsonObject): JsonObject
}

/**
 * Oldest first. Schema 1 is the first one; 2 has nodes that are bypassed, which readers of 1 would run; 3 has groups, which
 * readers of 2 would drop.
 */
export const SCHEMA_STEPS: readonly SchemaStep[] = [
  { to: 2, up: (document) => document },
  { to: 3, up: (document) => document },
]

/** The oldest format whose readers compute the same of a document: that is what is written. */
export const leastSchema = ({ nodes, groups }: Pick<GraphDocument, 'nodes' | 'groups'>): number =>
  groups !== undefined ? 3 : nodes.some(({ bypass }) => bypass === true) ? 2 : 1

/** Brings a document of schema `from` up to date. Throws what a step throws. */
export function migrateSchema(
  document: JsonObject,
  from: number,
  steps: readonly SchemaStep[] = SCHEMA_STEPS,
): JsonObject {
  return steps
    .filter((step) => step.to > from)
    .reduce<JsonObject>((old, step) => ({ ...step.up(old), schema: step.to }), document)
}

/** Brings parameters saved by `version` of a node type up to the type's version. Throws what a migration throws. */
export function migrateParams(type: NodeType, params: JsonObject, version: number): JsonObject {
  return (type.migrations ?? [])
    .filter((migration) => migration.to > version && migration.to <= type.version)
    .reduce((old, migration) => migration.up(old), params)
}
