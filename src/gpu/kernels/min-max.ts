import { only } from '../../tensor/shape.ts'
import { count } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

/**
 * [B, ...] → [B,4]: per item its minimum, maximum, and the positions of both (the first where several are equal; exact
 * below 2²⁴ elements per item). NaN and ±∞ do not count; of an item without a finite value it is the first.
 */
export const minMax: Kernel<Record<string, never>> = {
  name: 'min-max',
  cpu(inputs, _params, backend) {
    const x = only(inputs)
    const batch = x.dims[0] ?? 1
    const size = count(x.dims) / batch
    const y = new Float32Array(batch * 4)
    for (let b = 0; b < batch; b++) {
      const item = x.data.subarray(b * size, (b + 1) * size)
      let [low, lowest] = [Infinity, 0]
      let [high, highest] = [-Infinity, 0]
      for (let i = 0; i < size; i++) {
        const v = item[i] ?? 0
        if (v < low && v !== -Infinity) {
          low = v
          lowest = i
        }
        if (v > high && v !== Infinity) {
          high = v
          highest = i
        }
      }
      y.set([item[lowest] ?? 0, item[highest] ?? 0, lowest, highest], b * 4)
    }
    return backend.upload(y, [batch, 4])
  },
  gpu(inputs, _params, backend) {
    const x = only(inputs)
    const batch = x.dims[0] ?? 1
    const size = count(x.dims) / batch
    const blocks = Math.min(Math.ceil(size / WORKGROUP), 256)
    const partial = backend.allocate([batch, blocks, 4])
    dispatch(backend, {
      name: 'min-max-blocks',
      code: BLOCKS,
      inputs: { x },
      outputs: { y: partial },
      params: { size: u32(size), blocks: u32(blocks) },
      size: { workgroups: [blocks, batch] },
    })
    const y = backend.allocate([batch, 4])
    dispatch(backend, {
      name: 'min-max-join',
      code: JOIN,
      inputs: { x: partial },
      outputs: { y },
      params: { blocks: u32(blocks) },
      size: { threads: batch },
    })
    partial.release()
    return y
  },
}

const WORKGROUP = 64

/** (min, max, argmin, argmax) of two parts; the smaller position wins a draw, as in a plain loop. */
const JOINED = `
fn joined(a: vec4f, b: vec4f) -> vec4f {
  let low = is_finite(b.x) && (!is_finite(a.x) || b.x < a.x || (b.x == a.x && b.z < a.z));
  let high = is_finite(b.y) && (!is_finite(a.y) || b.y > a.y || (b.y == a.y && b.w < a.w));
  return vec4f(select(a.x, b.x, low), select(a.y, b.y, high), select(a.z, b.z, low), select(a.w, b.w, high));
}`

const BLOCKS = `${JOINED}
var<workgroup> part: array<vec4f, ${WORKGROUP}>;
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let item = group.y * params.size;
  let start = group.x * ${WORKGROUP}u + thread;
  var mine = vec4f(x[item], x[item], 0.0, 0.0);
  for (var i = start; i < params.size; i += params.blocks * ${WORKGROUP}u) {
    let v = x[item + i];
    mine = joined(mine, vec4f(v, v, f32(i), f32(i)));
  }
  part[thread] = mine;
  for (var half = ${WORKGROUP / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { part[thread] = joined(part[thread], part[thread + half]); }
  }
  if (thread == 0u) {
    let out = 4u * (group.y * params.blocks + group.x);
    for (var k = 0u; k < 4u; k++) { y[out + k] = part[0][k]; }
  }
}`

const JOIN = `${JOINED}
fn load(i: u32) -> vec4f { return vec4f(x[4u * i], x[4u * i + 1u], x[4u * i + 2u], x[4u * i + 3u]); }
fn at(i: u32) {
  var all = load(i * params.blocks);
  for (var k = 1u; k < params.blocks; k++) { all = joined(all, load(i * params.blocks + k)); }
  for (var k = 0u; k < 4u; k++) { y[4u * i + k] = all[k]; }
}`
