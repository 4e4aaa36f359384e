import {
  AT,
  f32x4,
  FIRST_LANES,
  getLocal,
  laneLoop,
  loadLanes,
  orLanes,
  setLocal,
  splatFrom,
  storeLanes,
  type Code,
} from '../wasm.ts'

/** Position of the lower median among E sorted values. */
export const medianRank = (members: number): number => (members - 1) >> 1

/** Of two members the first becomes the smaller and the second the larger value. */
type Exchange = readonly [first: number, second: number]

/** Sorts n values whatever they are: Batcher's odd-even merge (Knuth, The Art of Computer Programming 3, 5.2.2, M). */
function sortingNetwork(n: number): Exchange[] {
  const exchanges: Exchange[] = []
  const top = 2 ** Math.max(0, Math.ceil(Math.log2(n)) - 1)
  for (let p = top; p > 0; p >>= 1) {
    for (let [q, r, d] = [top, 0, p]; ; [q, r, d] = [q >> 1, p, q - p]) {
      for (let i = 0; i < n - d; i++) if ((i & p) === r) exchanges.push([i, i + d])
      if (q === p) break
    }
  }
  return exchanges
}

/** What of a sorting network brings the lower median to its rank. */
function medianNetwork(members: number): readonly Exchange[] {
  const needed = new Set([medianRank(members)])
  const reversed = sortingNetwork(members)
    .reverse()
    .filter(([a, b]) => {
      if (!needed.has(a) && !needed.has(b)) return false
      needed.add(a).add(b)
      return true
    })
  return reversed.reverse()
}

/** Pixels of all members that are looked at together. */
const BLOCK = 1024

type Medians = (
  stack: Float32Array,
  scales: readonly number[],
  shifts: readonly number[],
  value: Float32Array,
  deviation: Float32Array | undefined,
) => void

const compiled = new Map<number, Medians>()

/**
 * For ensembles of `members`: lower medians of aᵢ = sᵢ·dᵢ + tᵢ into `value`, lower medians of |aᵢ − median| into
 * `deviation`, in float32, as torch does it; a NaN among the members gives NaN. Four pixels at a time by a sorting
 * network in WebAssembly: no branch depends on a value, where sorting each pixel's few values by itself waits for many.
 */
export function mediansOf(members: number): Medians {
  const known = compiled.get(members)
  if (known) return known
  const made = compile(members)
  compiled.set(members, made)
  return made
}

function compile(members: number): Medians {
  const rank = medianRank(members)
  const row = (m: number): number => 4 * BLOCK * m
  const [value, deviation, scales] = [row(members), row(members + 1), row(members + 2)]
  const shifts = scales + 4 * members
  const lane = (m: number): number => FIRST_LANES + m
  const [median, smaller, nan] = [lane(members), lane(members + 1), lane(members + 2)]
  const all = Array.from({ length: members }, (_, m) => m)
  const network = medianNetwork(members).flatMap(([a, b]): Code => {
    const both = [...getLocal(lane(a)), ...getLocal(lane(b))]
    const least = [...both, ...f32x4.min, ...setLocal(smaller)]
    return [...least, ...both, ...f32x4.max, ...setLocal(lane(b)), ...getLocal(smaller), ...setLocal(lane(a))]
  })
  // The exchanges lose what is not a number: it is noted before.
  const noted = all.flatMap((m): Code => {
    const own = [...getLocal(lane(m)), ...getLocal(lane(m)), ...f32x4.differ]
    return [...own, ...(m === 0 ? [] : [...getLocal(nan), ...orLanes]), ...setLocal(nan)]
  })
  const middle = [...getLocal(lane(rank)), ...getLocal(nan), ...orLanes]
  const reduced = (offset: number): Code => [...noted, ...network, ...getLocal(AT), ...middle, ...storeLanes(offset)]
  const aligned = all.flatMap((m): Code => {
    const scaled = [...getLocal(AT), ...loadLanes(row(m)), ...splatFrom(scales + 4 * m), ...f32x4.multiply]
    return [...scaled, ...splatFrom(shifts + 4 * m), ...f32x4.add, ...setLocal(lane(m))]
  })
  const distances = all.flatMap((m): Code => {
    return [...getLocal(lane(m)), ...getLocal(median), ...f32x4.subtract, ...f32x4.abs, ...setLocal(lane(m))]
  })
  const values = [...aligned, ...reduced(value)]
  const deviations = [...middle, ...setLocal(median), ...distances, ...reduced(deviation)]
  const memory = shifts + 4 * members
  const onlyValues = instance(laneLoop(values, members + 3, memory))
  const both = instance(laneLoop([...values, ...deviations], members + 3, memory))
  return (stack, s, t, medians, spreads) => {
    const { lanes, run } = spreads ? both : onlyValues
    const size = medians.length
    lanes.set(s, scales / 4)
    lanes.set(t, shifts / 4)
    for (let start = 0; start < size; start += BLOCK) {
      const width = Math.min(BLOCK, size - start)
      for (const m of all) lanes.set(stack.subarray(m * size + start, m * size + start + width), row(m) / 4)
      run(4 * width)
      medians.set(lanes.subarray(value / 4, value / 4 + width), start)
      spreads?.set(lanes.subarray(deviation / 4, deviation / 4 + width), start)
    }
  }
}

function instance(module: WebAssembly.Module): { readonly lanes: Float32Array; readonly run: (bytes: number) => void } {
  const { memory, run } = new WebAssembly.Instance(module).exports
  if (!(memory instanceof WebAssembly.Memory) || typeof run !== 'function') throw new TypeError('not a lane loop')
  return { lanes: new Float32Array(memory.buffer), run: (bytes) => void run(bytes) }
}
