import { only } from '../../tensor/shape.ts'
import { dispatch, f32, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'
import { vectorsOf } from './unit-normals.ts'

export interface NormalsColoursParams {
  /** Whether x, y and z point the other way. */
  readonly flip: readonly [x: boolean, y: boolean, z: boolean]
}

/** [B,3,H,W] → colours [B,3,H,W]: (±n + 1) / 2, as visualize_normals. Black where a component is not finite. */
export const normalsColours: Kernel<NormalsColoursParams> = {
  name: 'normals-colours',
  cpu(inputs, { flip }, backend) {
    const x = only(inputs)
    const { threads, plane } = vectorsOf(x)
    const y = new Float32Array(x.data.length)
    for (let i = 0; i < threads; i++) {
      const first = Math.floor(i / plane) * 3 * plane + (i % plane)
      let drawn = true
      for (let c = 0; c < 3; c++) drawn &&= Number.isFinite(x.data[first + c * plane])
      for (let c = 0; c < 3; c++) {
        const n = x.data[first + c * plane] ?? 0
        y[first + c * plane] = drawn ? ((flip[c] ? -n : n) + 1) / 2 : 0
      }
    }
    return backend.upload(y, x.dims)
  },
  gpu(inputs, { flip }, backend) {
    const x = only(inputs)
    const { threads, plane } = vectorsOf(x)
    const y = backend.allocate(x.dims)
    const [sx, sy, sz] = flip.map((turned) => f32(turned ? -1 : 1))
    dispatch(backend, {
      name: 'normals-colours',
      code: `fn at(i: u32) {
        let first = (i / params.plane) * 3u * params.plane + i % params.plane;
        let sign = vec3f(params.sx, params.sy, params.sz);
        let n = vec3f(x[first], x[first + params.plane], x[first + 2u * params.plane]);
        let drawn = is_finite(n.x) && is_finite(n.y) && is_finite(n.z);
        for (var c = 0u; c < 3u; c++) {
          y[first + c * params.plane] = select(0.0, (sign[c] * n[c] + 1.0) / 2.0, drawn);
        }
      }`,
      inputs: { x },
      outputs: { y },
      params: { plane: u32(plane), ...(sx && { sx }), ...(sy && { sy }), ...(sz && { sz }) },
      size: { threads },
    })
    return y
  },
}
