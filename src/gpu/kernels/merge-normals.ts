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
/** Cosines nearer than float32 tells apart are equal, and the first member wins: of two, both are as close to their mean. */
const TIE = 2.5e-7

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
    for (let i = 0; i < plane; i++) {
      const normals = Array.from({ length: members }, (_, e): Vector => {
        const at = (c: number): number => x.data[(3 * e + c) * plane + i] ?? 0
        return [at(0), at(1), at(2)]
      })
      const values = normals.flat().find((v) => !Number.isFinite(v)) ?? merged(normals, result)
      for (let c = 0; c < channels; c++) y[c * plane + i] = typeof values === 'number' ? values : (values[c] ?? 0)
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

type Vector = readonly [x: number, y: number, z: number]

function merged(normals: readonly Vector[], result: MergeNormalsParams['result']): Vector | number {
  const mean = [0, 1, 2].map((c) => normals.reduce((sum, n) => sum + (n[c] ?? 0), 0) / normals.length)
  const size = Math.hypot(...mean)
  const [a = 0, b = 0, c = 0] = mean.map((v) => v / Math.max(size, SHORTEST))
  const cosine = ([x, y, z]: Vector): number => a * x + b * y + c * z
  if (result === 'mean') return [a, b, c]
  if (result === 'closest') {
    return normals.reduce((best, n) => (cosine(n) > cosine(best) + TIE ? n : best))
  }
  const angle = (n: Vector): number => {
    if (size < SHORTEST) return Math.PI / 2
    const [x, y, z] = n
    return Math.atan2(Math.hypot(b * z - c * y, c * x - a * z, a * y - b * x), cosine(n))
  }
  return normals.reduce((sum, n) => sum + angle(n), 0) / normals.length / Math.PI
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
