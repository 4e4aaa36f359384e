import type { Json } from '../base/json.ts'
import type { Point } from './document.ts'
import { LIMITS } from './limits.ts'
import type { Report } from './problem.ts'
import { broken, dropUnknown, objectOf } from './shape.ts'
import { singleLine } from './text.ts'

/** `id`, or the first of `id-2`, `id-3` … that is not taken. */
export function freshId(id: string, taken: { has(id: string): boolean }): string {
  let fresh = id
  for (let n = 2; taken.has(fresh); n++) fresh = `${id.slice(0, 34)}-${n}`
  return fresh
}

/** A title within its cap; undefined when nothing of it can be shown. */
export function readTitle(value: Json, path: string, report: Report): string | undefined {
  if (typeof value !== 'string') throw broken(path, 'must be a text')
  const title = singleLine(value, LIMITS.title)
  if (title !== value || title === '') {
    if (title === value && path === 'title') return title
    report({
      code: 'graph/title',
      path,
      message: `A title has 1 to ${LIMITS.title} characters that can be shown.`,
      effect: 'repaired',
    })
  }
  return title === '' ? undefined : title
}

/** A number within a range; `otherwise` for what is no number. Adding 0 turns −0 into 0, as in `fitParam`. */
export const fitNumber = (value: Json | undefined, min: number, max: number, otherwise: number): number =>
  typeof value === 'number' ? Math.min(max, Math.max(min, value)) + 0 : otherwise

/** A place on the canvas; `what` is said to have been moved where it has none or is too far out. */
export function readPoint(value: Json | undefined, path: string, what: string, node: string, report: Report): Point {
  const raw = value === undefined ? {} : objectOf(value, path)
  dropUnknown(raw, ['x', 'y'], path, report)
  const fit = (axis: 'x' | 'y') => {
    const fitted = fitNumber(raw[axis], -LIMITS.position, LIMITS.position, 0)
    if (fitted !== raw[axis]) {
      const message = `${what} was moved to ${axis} = ${fitted}.`
      report({ code: 'graph/position', path: `${path}.${axis}`, message, node, effect: 'repaired' })
    }
    return fitted
  }
  return { x: fit('x'), y: fit('y') }
}
