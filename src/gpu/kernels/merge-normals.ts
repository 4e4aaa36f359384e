import { AppError } from '../../base/errors.ts'
import { nchw, only } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface MergeNormalsParams {
  /** The member closest to the mean direction, the mean direction, or how far members are from it. */
  readonly result: 'closest' | 'mean' | 'uncertainty'
}

const SHORTEST = 1e-6
/**
 * Cosines nearer than float32 tells apart are equal, and the first member wins: of two, both are as close to their mean. Two sums
 * of three products, each to half a unit in the last place, and a mean direction rounded likewise: a graphics card was seen to
 * differ by more than 2.5e-7.
 */
const TIE = 1e-6

/**
 * [E,3,H,W], unit normals of E members → [1,3,H,W], or the uncertainty [1,1,H,W]: the mean over the members of the angle
 * to the mean direction, over π (MarigoldNormalsPipeline.ensemble_normals). The angle is atan2(|m × n|, m · n): arccos of
 * a float32 loses small ones. Members that cancel have no mean, and an angle of π/2. A pixel that is not finite in a
 * member is so in the result.
 */
export const mergeNormals: Kernel<MergeNormalsParams> = {
  name: 'merge-normals',
  cpu(inputs, { result }, backend) {
    const x = only(inputs)
    const { members, channels, h, w } = shapeOf(x, result)
    const plane = h * w
    const y = new Float32Array(channels * plane)
    const normals = new Float64Array(3 * members)
    const out = new Float64Array(channels)
    for (let i = 0; i < plane; i++) {
      let odd: number | undefined
      for (let k = 0; k < normals.length; k++) {
        const v = x.data[k * plane + i] ?? 0
        if (odd === undefined && !Number.isFinite(v)) odd = v
        normals[k] = v
      }
      if (odd === undefined) merge(normals, result, out)
      else out.fill(odd)
      for (let c = 0; c < channels; c++) y[c * plane + i] = out[c] ?? 0
    }
    return backend.upload(y, [1, channels, h, w])
  },
  gpu(inputs, { result }, backend) {
    const x = only(inputs)
    const { members, channels, h, w } = shapeOf(x, result)
    const y = backend.allocate([1, channels, h, w])
    dispatch(backend, {
      name: `merge-normals-${result}`,
      code: `
        fn normal(e: u32, i: u32) -> vec3f {
          let first = 3u * e * params.threads + i;
          return vec3f(x[first], x[first + params.threads], x[first + 2u * params.threads]);
        }
        fn at(i: u32) {
          var sum = vec3f(0.0);
          for (var e = 0u; e < params.members; e++) {
            let n = normal(e, i);
            for (var c = 0u; c < 3u; c++) {
              if (!is_finite(n[c])) {
                for (var k = 0u; k < ${channels}u; k++) { y[k * params.threads + i] = n[c]; }
                return;
              }
            }
            sum += n;
          }
          let mean = sum / f32(params.members);
          let size = length(mean);
          let m = mean / max(size, ${SHORTEST});
          ${WGSL[result]}
        }`,
      inputs: { x },
      outputs: { y },
      params: { members: u32(members) },
      size: { threads: h * w },
    })
    return y
  },
}

/** One pixel: x, y, z of every member → `out`. */
function merge(n: Float64Array, result: MergeNormalsParams['result'], out: Float64Array): void {
  const members = n.length / 3
  let [a, b, c] = [0, 0, 0]
  for (let k = 0; k < n.length; k += 3) {
    a += (n[k] ?? 0) / members
    b += (n[k + 1] ?? 0) / members
    c += (n[k + 2] ?? 0) / members
  }
  const size = Math.sqrt(a * a + b * b + c * c)
  const length = Math.max(size, SHORTEST)
  a /= length
  b /= length
  c /= length
  if (result === 'mean') {
    out[0] = a
    out[1] = b
    out[2] = c
    return
  }
  let closest = 0
  let best = -Infinity
  let angles = 0
  for (let k = 0; k < n.length; k += 3) {
    const [x, y, z] = [n[k] ?? 0, n[k + 1] ?? 0, n[k + 2] ?? 0]
    const cosine = a * x + b * y + c * z
    if (cosine > best + TIE) {
      best = cosine
      closest = k
    }
    const [u, v, w] = [b * z - c * y, c * x - a * z, a * y - b * x]
    angles += size < SHORTEST ? Math.PI / 2 : Math.atan2(Math.sqrt(u * u + v * v + w * w), cosine)
  }
  if (result === 'uncertainty') out[0] = angles / members / Math.PI
  else out.set(n.subarray(closest, closest + 3))
}

const STORE = 'for (var c = 0u; c < 3u; c++) { y[c * params.threads + i] = RESULT[c]; }'

const WGSL = {
  mean: STORE.replace('RESULT', 'm'),
  closest: `
    var best = normal(0u, i);
    for (var e = 1u; e < params.members; e++) {
      let n = normal(e, i);
      if (dot(m, n) > dot(m, best) + ${TIE}) { best = n; }
    }
    ${STORE.replace('RESULT', 'best')}`,
  uncertainty: `
    var angles = 0.0;
    for (var e = 0u; e < params.members; e++) {
      let n = normal(e, i);
      angles += select(atan2(length(cross(m, n)), dot(m, n)), ${Math.PI / 2}, size < ${SHORTEST});
    }
    y[i] = angles / f32(params.members) / ${Math.PI};`,
} as const

function shapeOf(x: Tensor, result: MergeNormalsParams['result']) {
  const [members, components, h, w] = nchw(x)
  if (components !== 3) throw new AppError('gpu/wrong-shape', `Normals have 3 components, not ${components}.`)
  return { members, channels: result === 'uncertainty' ? 1 : 3, h, w }
}
