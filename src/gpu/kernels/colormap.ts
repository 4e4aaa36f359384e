import type { Colormap } from '../../tensor/colormap.ts'
import { nchw, only } from '../../tensor/shape.ts'
import { dispatch, f32, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface ColormapParams extends Colormap {
  /** The values that get the first and the last colour; beyond them colours stay. low < high. */
  readonly low: number
  readonly high: number
}

/**
 * [1,1,H,W] → [1,3,H,W] in 0..1 (MarigoldImageProcessor.visualize_depth and colormap, before the cut to bytes). What is
 * not finite (NaN, ±∞) has no value and becomes black.
 */
export const colormap: Kernel<ColormapParams> = {
  name: 'colormap',
  cpu(inputs, { stops, lookup, low, high }, backend) {
    const x = only(inputs)
    const [n, , h, w] = nchw(x)
    const pixels = n * h * w
    const y = new Float32Array(3 * pixels)
    const { fround } = Math
    const last = stops.length / 3 - 1
    for (let i = 0; i < pixels; i++) {
      const value = x.data[i] ?? 0
      if (!Number.isFinite(value)) continue
      const v = fround(fround(value - fround(low)) / fround(high - low))
      const unit = Math.min(Math.max(v, 0), 1)
      const position = lookup === 'table' ? Math.min(Math.trunc(unit * (last + 1)), last) : fround(unit * last)
      const left = Math.floor(position)
      const d = fround(position - left)
      const right = Math.min(left + 1, last)
      for (let c = 0; c < 3; c++) {
        const [a, b] = [stops[3 * left + c] ?? 0, stops[3 * right + c] ?? 0]
        y[c * pixels + i] = fround(fround(1 - d) * a) + fround(d * b)
      }
    }
    return backend.upload(y, [n, 3, h, w])
  },
  gpu(inputs, { stops, lookup, low, high }, backend) {
    const x = only(inputs)
    const [n, , h, w] = nchw(x)
    const y = backend.allocate([n, 3, h, w])
    const table = backend.upload(stops, [stops.length])
    dispatch(backend, {
      name: `colormap-${lookup}`,
      code: `fn at(i: u32) {
        if (!is_finite(x[i])) {
          for (var c = 0u; c < 3u; c++) { y[c * params.pixels + i] = 0.0; }
          return;
        }
        let unit = clamp((x[i] - params.low) / params.range, 0.0, 1.0);
        ${
          lookup === 'table'
            ? 'let position = min(floor(unit * f32(params.last + 1u)), f32(params.last));'
            : 'let position = unit * f32(params.last);'
        }
        let left = u32(position);
        let right = min(left + 1u, params.last);
        let d = position - f32(left);
        for (var c = 0u; c < 3u; c++) {
          y[c * params.pixels + i] = (1.0 - d) * table[3u * left + c] + d * table[3u * right + c];
        }
      }`,
      inputs: { x, table },
      outputs: { y },
      params: { low: f32(low), range: f32(high - low), last: u32(stops.length / 3 - 1), pixels: u32(n * h * w) },
      size: { threads: n * h * w },
    })
    table.release()
    return y
  },
}
