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
    if (lookup === 'table') fromTable(x.data, y, stops, low, high)
    else blended(x.data, y, stops, low, high)
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

const { fround } = Math

/** Entry ⌊K·v⌋ of K colours. Called for every pixel of a picture while a knob is turned: written out, without a loop of 3. */
function fromTable(x: Float32Array, y: Float32Array, stops: Float32Array, low: number, high: number): void {
  const pixels = x.length
  const [start, range, entries] = [fround(low), fround(high - low), stops.length / 3]
  for (let i = 0; i < pixels; i++) {
    const value = x[i] ?? 0
    // Not finite: black.
    if (value - value !== 0) continue
    const v = fround(fround(value - start) / range)
    const entry = v <= 0 ? 0 : v >= 1 ? entries - 1 : Math.min((v * entries) | 0, entries - 1)
    y[i] = stops[3 * entry] ?? 0
    y[pixels + i] = stops[3 * entry + 1] ?? 0
    y[2 * pixels + i] = stops[3 * entry + 2] ?? 0
  }
}

/** Between the two colours around (K − 1)·v. */
function blended(x: Float32Array, y: Float32Array, stops: Float32Array, low: number, high: number): void {
  const pixels = x.length
  const [start, range, last] = [fround(low), fround(high - low), stops.length / 3 - 1]
  for (let i = 0; i < pixels; i++) {
    const value = x[i] ?? 0
    if (value - value !== 0) continue
    const v = fround(fround(value - start) / range)
    const position = fround((v <= 0 ? 0 : v >= 1 ? 1 : v) * last)
    const left = position | 0
    const d = fround(position - left)
    const e = fround(1 - d)
    const a = 3 * left
    const b = left < last ? a + 3 : a
    y[i] = fround(e * (stops[a] ?? 0)) + fround(d * (stops[b] ?? 0))
    y[pixels + i] = fround(e * (stops[a + 1] ?? 0)) + fround(d * (stops[b + 1] ?? 0))
    y[2 * pixels + i] = fround(e * (stops[a + 2] ?? 0)) + fround(d * (stops[b + 2] ?? 0))
  }
}
