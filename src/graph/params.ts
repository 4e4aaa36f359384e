import { hexColour } from '../base/colour.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { applies, type Param, type Params } from '../node/params.ts'
import { LIMITS } from './limits.ts'
import { fileName, lines } from './text.ts'

export interface Fitted {
  readonly value: Json
  /** Why the value had to be changed. */
  readonly problem?: string
}

/** The nearest value that a parameter may have; its default where nothing is near. */
export function fitParam(param: Param, value: Json | undefined): Fitted {
  switch (param.widget) {
    case 'number':
      return typeof value === 'number' ? fitNumber(value, param, param.integer === true) : otherwise(param, 'a number')
    case 'auto':
      if (value === null) return { value }
      return typeof value === 'number'
        ? fitNumber(value, param, true)
        : otherwise(param, `a whole number or null (${param.auto})`)
    case 'seed':
      return typeof value === 'number'
        ? fitNumber(value, { min: 0, max: 2 ** 32 - 1 }, true)
        : otherwise(param, 'a whole number')
    case 'choice':
      return typeof value === 'string' && param.options.includes(value)
        ? { value }
        : otherwise(param, `one of ${param.options.join(', ')}`)
    case 'toggle':
      return typeof value === 'boolean' ? { value } : otherwise(param, 'true or false')
    case 'color': {
      const colour = typeof value === 'string' ? hexColour(value) : undefined
      return colour === undefined ? otherwise(param, 'a colour such as #ff8800') : { value: colour }
    }
    case 'text':
      if (typeof value !== 'string') return otherwise(param, 'a text')
      return changed(
        value,
        lines(value, param.maxLength),
        `may have at most ${param.maxLength} characters that can be shown`,
      )
    case 'picture':
      return fitPicture(value) ?? otherwise(param, 'a picture reference or null')
    case 'checkpoint':
      return typeof value === 'string' && (value === param.default || isCheckpointId(value))
        ? { value }
        : otherwise(param, 'the id of a checkpoint')
  }
}

/**
 * Parameters as a node of this type has them, unknown ones left out. Told of every change, and of what was not there and
 * counts.
 */
export function fitParams(
  params: Params,
  given: JsonObject,
  report: (param: string, problem: string) => void,
  missing: (param: string) => void,
): JsonObject {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(params, name)) report(name, 'is not a parameter of this node and was dropped')
  }
  const fitted = Object.fromEntries(
    Object.entries(params).map(([name, param]) => {
      const there = Object.hasOwn(given, name)
      const { value, problem } = fitParam(param, there ? given[name] : undefined)
      if (problem !== undefined && there) report(name, problem)
      return [name, value]
    }),
  )
  for (const [name, param] of Object.entries(params)) {
    if (!Object.hasOwn(given, name) && applies(param, fitted)) missing(name)
  }
  return fitted
}

const otherwise = (param: Param, expected: string): Fitted => ({
  value: param.default as Json,
  problem: `must be ${expected}; it has its default now`,
})

function fitNumber(value: number, range: { readonly min: number; readonly max: number }, integer: boolean): Fitted {
  // Adding 0 turns −0, which JSON text cannot tell from 0 reliably, into 0.
  const fitted = Math.min(range.max, Math.max(range.min, integer ? Math.round(value) : value)) + 0
  return changed(
    value,
    fitted,
    `must be ${integer ? 'a whole number ' : ''}from ${range.min} to ${range.max}; it is ${fitted} now`,
  )
}

const changed = <T extends Json>(before: T, after: T, problem: string): Fitted =>
  before === after ? { value: after } : { value: after, problem }

const SHA256 = /^[0-9a-f]{64}$/
const EXAMPLE = /^[a-z0-9][a-z0-9._-]{0,99}$/i

function fitPicture(value: Json | undefined): Fitted | undefined {
  if (value === null) return { value }
  if (typeof value !== 'object' || Array.isArray(value)) return undefined
  const { from, name, sha256, ...more } = value as JsonObject
  if (typeof name !== 'string') return undefined
  const extra = Object.keys(more).length > 0
  if (from === 'example' && EXAMPLE.test(name)) {
    const problem = extra || sha256 !== undefined ? 'had fields that a picture reference has not' : undefined
    return { value: { from, name }, ...(problem !== undefined && { problem }) }
  }
  if (from !== 'file' || typeof sha256 !== 'string' || !SHA256.test(sha256)) return undefined
  const shown = fileName(name, LIMITS.title) || 'picture'
  const problem =
    shown !== name ? `names a file by its path; it is "${shown}" now` : 'had fields that a picture reference has not'
  return { value: { from, name: shown, sha256 }, ...((extra || shown !== name) && { problem }) }
}

/** An id of the catalogue or of a folder that the person gave: neither a path of a machine nor an address. */
const isCheckpointId = (value: string): boolean =>
  value.length <= LIMITS.title && /^[a-z0-9][\w.@+-]*(?:[:/][a-z0-9][\w.@+-]*)*$/i.test(value)
