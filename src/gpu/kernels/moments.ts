import { AppError } from '../../base/errors.ts'
import { only } from '../../tensor/shape.ts'
import { count, type Tensor } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface MomentsParams {
  /** s⁰ᵢ and t⁰ᵢ of the initial alignment a⁰ᵢ = s⁰ᵢ·dᵢ + t⁰ᵢ, one per member. */
  readonly scales: readonly number[]
  readonly shifts: readonly number[]
}

/** Pixels per partial sum. */
const BLOCK = 4096

/** Sums per block: E of values, then E(E+1)/2 of products (i ≤ j, row by row). */
export const momentCount = (members: number): number => members + (members * (members + 1)) / 2

/**
 * [E, ...] → [blocks, E + E(E+1)/2]: sums over blocks of 4096 pixels of vᵢ, then of vᵢ·vⱼ, with v₀ = a⁰₀ − ½ and
 * vᵢ = a⁰ᵢ − a⁰₀. Members that agree have small vᵢ: their distances come out of sums that are as small, not of
 * differences of large ones, so float32 is enough. The caller adds the blocks in float64.
 */
export const moments: Kernel<MomentsParams> = {
  name: 'moments',
  cpu(inputs, params, backend) {
    const x = only(inputs)
    const { members, size, blocks } = shapeOf(x, params)
    const columns = momentCount(members)
    const y = new Float32Array(blocks * columns)
    const v = params.scales.map(() => new Float64Array(BLOCK))
    for (let block = 0; block < blocks; block++) {
      const start = block * BLOCK
      const n = Math.min(BLOCK, size - start)
      residuals(v, x.data, size, start, n, params)
      let out = block * columns
      for (const values of v) y[out++] = sum(values, n)
      for (let i = 0; i < members; i++) {
        for (let j = i; j < members; j++) y[out++] = dot(v[i] ?? NONE, v[j] ?? NONE, n)
      }
    }
    return backend.upload(y, [blocks, columns])
  },
  gpu(inputs, params, backend) {
    const x = only(inputs)
    const { members, size, blocks } = shapeOf(x, params)
    const columns = momentCount(members)
    const maps = backend.upload(Float32Array.from([...params.scales, ...params.shifts]), [2 * members])
    const y = backend.allocate([blocks, columns])
    dispatch(backend, {
      name: 'moments',
      code: WGSL,
      inputs: { x, maps },
      outputs: { y },
      params: { members: u32(members), size: u32(size) },
      size: { workgroups: [columns, blocks] },
    })
    maps.release()
    return y
  },
}

const NONE = new Float64Array(0)

function shapeOf(x: Tensor, { scales }: MomentsParams): { members: number; size: number; blocks: number } {
  const members = x.dims[0] ?? 1
  if (scales.length !== members) {
    throw new AppError('gpu/wrong-shape', `${scales.length} scales were given for ${members} members.`)
  }
  const size = count(x.dims) / members
  return { members, size, blocks: Math.ceil(size / BLOCK) }
}

function residuals(
  v: readonly Float64Array[],
  data: Float32Array,
  size: number,
  start: number,
  n: number,
  { scales, shifts }: MomentsParams,
): void {
  const first = v[0] ?? NONE
  v.forEach((values, m) => {
    const [s, t] = [scales[m] ?? 0, shifts[m] ?? 0]
    const at = m * size + start
    if (m === 0) for (let i = 0; i < n; i++) values[i] = s * (data[at + i] ?? 0) + t - 0.5
    else for (let i = 0; i < n; i++) values[i] = s * (data[at + i] ?? 0) + t - 0.5 - (first[i] ?? 0)
  })
}

function sum(a: Float64Array, n: number): number {
  let total = 0
  for (let i = 0; i < n; i++) total += a[i] ?? 0
  return total
}

function dot(a: Float64Array, b: Float64Array, n: number): number {
  // Four sums that do not wait for one another.
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let i = 0
  for (; i + 3 < n; i += 4) {
    s0 += (a[i] ?? 0) * (b[i] ?? 0)
    s1 += (a[i + 1] ?? 0) * (b[i + 1] ?? 0)
    s2 += (a[i + 2] ?? 0) * (b[i + 2] ?? 0)
    s3 += (a[i + 3] ?? 0) * (b[i + 3] ?? 0)
  }
  for (; i < n; i++) s0 += (a[i] ?? 0) * (b[i] ?? 0)
  return s0 + s1 + (s2 + s3)
}

/** One workgroup per block and column; threads add 64 pixels each, then pairwise. */
const WGSL = `
fn aligned(m: u32, p: u32) -> f32 { return maps[m] * x[m * params.size + p] + maps[params.members + m]; }
fn residual(m: u32, p: u32) -> f32 {
  let first = aligned(0u, p);
  if (m == 0u) { return first - 0.5; }
  return aligned(m, p) - first;
}
var<workgroup> part: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) thread: u32) {
  let column = group.x;
  var i = column;
  var j = column;
  if (column >= params.members) {
    var left = column - params.members;
    i = 0u;
    while (left >= params.members - i) { left -= params.members - i; i++; }
    j = i + left;
  }
  let start = group.y * ${BLOCK}u;
  let end = min(start + ${BLOCK}u, params.size);
  var total = 0.0;
  for (var p = start + thread; p < end; p += 64u) {
    let a = residual(i, p);
    total += select(a * residual(j, p), a, column < params.members);
  }
  part[thread] = total;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { part[thread] += part[thread + half]; }
  }
  if (thread == 0u) { y[group.y * groups.x + column] = part[0]; }
}`
