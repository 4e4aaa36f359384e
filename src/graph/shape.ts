import { AppError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Report } from './problem.ts'

/** The error for a structure that cannot be repaired. */
export const broken = (path: string, message: string): AppError =>
  new AppError('graph/broken', `The graph file is broken: ${path} ${message}.`, { fix: 'Nothing was opened.' })

export function objectOf(value: Json | undefined, path: string): JsonObject {
  if (value === undefined || value === null || typeof value !== 'object' || isList(value))
    throw broken(path, 'must be an object')
  return value
}

export function listOf(value: Json | undefined, path: string, max: number): readonly Json[] {
  if (value === undefined || !isList(value)) throw broken(path, 'must be a list')
  if (value.length > max)
    throw new AppError('graph/too-large', `The graph has ${value.length} ${path}; at most ${max} are read.`, {
      fix: 'Split it into several graphs.',
    })
  return value
}

export function dropUnknown(raw: JsonObject, known: readonly string[], path: string, report: Report): void {
  for (const key of Object.keys(raw)) {
    if (known.includes(key)) continue
    const at = path === '' ? key : `${path}.${key}`
    report({
      code: 'graph/unknown-field',
      path: at,
      message: `${at} is not part of a graph and was dropped.`,
      effect: 'repaired',
    })
  }
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)
