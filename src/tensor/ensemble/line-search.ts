/** A function along a direction: φ(a) and φ′(a). */
export interface Along {
  readonly value: number
  readonly slope: number
}

const SUFFICIENT_DECREASE = 1e-4
const CURVATURE = 0.9
const LONGEST = 50
const TRIES = 20

/**
 * A step that satisfies the strong Wolfe conditions (Nocedal & Wright, algorithms 3.5 and 3.6), or, where a kink leaves
 * none, the lowest one found that decreases enough. Undefined when nothing decreases.
 */
export async function wolfeStep<T extends Along>(
  along: (a: number) => Promise<T>,
  origin: Along,
  first: number,
): Promise<T | undefined> {
  const low = (a: number, point: Along): boolean => point.value <= origin.value + SUFFICIENT_DECREASE * a * origin.slope
  const flat = (point: Along): boolean => Math.abs(point.slope) <= -CURVATURE * origin.slope
  let best: T | undefined
  const look = async (a: number): Promise<T> => {
    const point = await along(a)
    if (low(a, point) && (!best || point.value < best.value)) best = point
    return point
  }

  let left: Bracketed = { a: 0, ...slim(origin) }
  let right: Bracketed | undefined
  let a = first
  for (let tries = 0; tries < TRIES; tries++) {
    const point = await look(a)
    const worse = !low(a, point) || (left.a > 0 && point.value >= left.value)
    if (worse) right = { a, ...slim(point) }
    else if (flat(point)) return point
    else {
      if (point.slope * ((right?.a ?? Infinity) - left.a) >= 0) right = left
      left = { a, ...slim(point) }
    }
    if (!right) a = Math.min(2 * a, LONGEST)
    else if (Math.abs(right.a - left.a) < 1e-12) return best
    else a = between(left, right)
  }
  return best
}

interface Bracketed extends Along {
  readonly a: number
}

const slim = ({ value, slope }: Along): Along => ({ value, slope })

/** Minimum of the cubic through both ends, kept away from them; the middle where there is none. */
function between(left: Bracketed, right: Bracketed): number {
  const d1 = left.slope + right.slope - (3 * (left.value - right.value)) / (left.a - right.a)
  const d2 = Math.sign(right.a - left.a) * Math.sqrt(d1 * d1 - left.slope * right.slope)
  const at = right.a - ((right.a - left.a) * (right.slope + d2 - d1)) / (right.slope - left.slope + 2 * d2)
  const margin = 0.1 * Math.abs(right.a - left.a)
  const [low, high] = [Math.min(left.a, right.a) + margin, Math.max(left.a, right.a) - margin]
  return at >= low && at <= high ? at : (left.a + right.a) / 2
}
