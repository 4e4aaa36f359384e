import { AppError } from '../../base/errors.ts'
import { nchw, only } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface UnitNormalsParams {
  /** For decoded pixels: components are clipped to −1..1 first. */
  readonly clip: boolean
  /** z is stored over 0..1 only, towards the viewer (`use_full_z_range: false`): z becomes (z + 1) / 2. */
  readonly halfZ: boolean
}

const SHORTEST = 1e-6

/**
 * [B,3,H,W] → the same directions at length 1 (decode_prediction and normalize_normals of MarigoldNormalsPipeline);
 * shorter than 10⁻⁶ stays short, as there. A pixel with a component that is no number (unclipped: not finite) has it in
 * all three.
 */
export const unitNormals: Kernel<UnitNormalsParams> = {
  name: 'unit-normals',
  cpu(inputs, { clip, halfZ }, backend) {
    const x = only(inputs)
    const { threads, plane } = vectorsOf(x)
    const y = new Float32Array(x.data.length)
    const n = new Float64Array(3)
    for (let i = 0; i < threads; i++) {
      const first = Math.floor(i / plane) * 3 * plane + (i % plane)
      let squares = 0
      let odd: number | undefined
      for (let c = 0; c < 3; c++) {
        let v = x.data[first + c * plane] ?? 0
        if (clip) v = Math.min(Math.max(v, -1), 1)
        if (odd === undefined && !Number.isFinite(v)) odd = v
        if (halfZ && c === 2) v = v * 0.5 + 0.5
        n[c] = v
        squares += v * v
      }
      const length = Math.max(Math.sqrt(squares), SHORTEST)
      for (let c = 0; c < 3; c++) y[first + c * plane] = odd ?? (n[c] ?? 0) / length
    }
    return backend.upload(y, x.dims)
  },
  gpu(inputs, { clip, halfZ }, backend) {
    const x = only(inputs)
    const { threads, plane } = vectorsOf(x)
    const y = backend.allocate(x.dims)
    dispatch(backend, {
      name: clip ? 'unit-normals-clipped' : 'unit-normals',
      code: `fn at(i: u32) {
        let first = (i / params.plane) * 3u * params.plane + i % params.plane;
        var n: vec3f;
        for (var c = 0u; c < 3u; c++) {
          let v = x[first + c * params.plane];
          if (${clip ? 'is_nan(v)' : '!is_finite(v)'}) {
            for (var k = 0u; k < 3u; k++) { y[first + k * params.plane] = v; }
            return;
          }
          n[c] = ${clip ? 'clamp(v, -1.0, 1.0)' : 'v'};
        }
        if (params.half_z == 1u) { n.z = n.z * 0.5 + 0.5; }
        let size = max(length(n), ${SHORTEST});
        for (var c = 0u; c < 3u; c++) { y[first + c * params.plane] = n[c] / size; }
      }`,
      inputs: { x },
      outputs: { y },
      params: { plane: u32(plane), half_z: u32(halfZ ? 1 : 0) },
      size: { threads },
    })
    return y
  },
}

/** Of [N,3,H,W]: vectors in all, and values of one component of one item. Errors: `gpu/wrong-shape`. */
export function vectorsOf(x: Tensor): { threads: number; plane: number } {
  const [n, c, h, w] = nchw(x)
  if (c !== 3) throw new AppError('gpu/wrong-shape', `Normals have 3 components, not ${c}.`)
  return { threads: n * h * w, plane: h * w }
}
