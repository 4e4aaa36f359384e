import { AppError, type ErrorDetails } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { LIMITS } from './limits.ts'
import { singleLine } from './text.ts'

/** Names that reach an object's prototype. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Any value as plain JSON data within the caps, copied. Errors: `graph/not-json` (a function, undefined, NaN …),
 * `graph/too-large`, `graph/too-deep`, `graph/forbidden-key`.
 */
export function plain(value: unknown): Json {
  let left: number = LIMITS.values
  const visit = (part: unknown, path: string, depth: number): Json => {
    if (--left < 0) throw new AppError('graph/too-large', `A graph file may hold ${LIMITS.values} values.`, NOTHING)
    if (depth > LIMITS.depth)
      throw new AppError('graph/too-deep', `${short(path)} is nested deeper than ${LIMITS.depth} levels.`, NOTHING)
    if (part === null || typeof part === 'boolean') return part
    if (typeof part === 'number' && Number.isFinite(part)) return part + 0
    if (typeof part === 'number') throw notJson(`${short(path)} is no number that can be saved: ${part}.`)
    if (typeof part === 'string') {
      if (part.length <= LIMITS.string) return part
      throw new AppError(
        'graph/too-large',
        `The text at ${short(path)} is longer than ${LIMITS.string} characters.`,
        NOTHING,
      )
    }
    if (Array.isArray(part)) return Array.from(part, (item, i) => visit(item, `${path}[${i}]`, depth + 1))
    if (!isRecord(part)) throw notJson(`${short(path)} is not JSON data.`)
    return Object.fromEntries(
      Object.keys(part).map((key) => {
        if (FORBIDDEN.has(key))
          throw new AppError('graph/forbidden-key', `${short(path)} has a forbidden name: ${key}.`, NOTHING)
        return [key, visit(part[key], `${path}.${key}`, depth + 1)]
      }),
    )
  }
  return visit(value, '$', 0)
}

const short = (path: string): string => (path === '$' ? 'The file' : singleLine(path.replace(/^\$\.?/, ''), 120))

const NOTHING: ErrorDetails = { fix: 'Nothing was opened. Open a graph that was saved by Marigold Nodes.' }

const notJson = (message: string): AppError => new AppError('graph/not-json', message, NOTHING)

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
