import { only } from '../../tensor/shape.ts'
import { count } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

/** The largest number of half precision: what is larger becomes this, or infinite, where half precision computed it. */
const LARGEST_HALF = 65504

/** Any shape → [3]: how many values are not finite, how many are ±65504, how many are finite and not zero. Exact up to 2²⁴. */
export const census: Kernel<Record<string, never>> = {
  name: 'census',
  cpu(inputs, _params, backend) {
    let [strange, saturated, present] = [0, 0, 0]
    for (const value of only(inputs).data) {
      if (!Number.isFinite(value)) strange++
      else if (value !== 0) {
        present++
        if (Math.abs(value) === LARGEST_HALF) saturated++
      }
    }
    return backend.upload(Float32Array.of(strange, saturated, present), [3])
  },
  gpu(inputs, _params, backend) {
    const x = only(inputs)
    const size = count(x.dims)
    const threads = Math.min(size, THREADS)
    const partial = backend.allocate([threads, 3])
    dispatch(backend, {
      name: 'census-parts',
      code: PARTS,
      inputs: { x },
      outputs: { y: partial },
      params: { size: u32(size) },
      size: { threads },
    })
    const y = backend.allocate([3])
    dispatch(backend, {
      name: 'census-sum',
      code: SUM,
      inputs: { x: partial },
      outputs: { y },
      params: { parts: u32(threads) },
      size: { threads: 3 },
    })
    partial.release()
    return y
  },
}

const THREADS = 4096

const PARTS = `
fn at(i: u32) {
  var strange = 0u;
  var saturated = 0u;
  var present = 0u;
  for (var p = i; p < params.size; p += params.threads) {
    let v = x[p];
    if (!is_finite(v)) { strange++; } else if (v != 0.0) {
      present++;
      if (abs(v) == ${LARGEST_HALF}.0) { saturated++; }
    }
  }
  y[3u * i] = f32(strange);
  y[3u * i + 1u] = f32(saturated);
  y[3u * i + 2u] = f32(present);
}`

const SUM = `
fn at(i: u32) {
  var sum = 0.0;
  for (var part = 0u; part < params.parts; part++) { sum += x[3u * part + i]; }
  y[i] = sum;
}`
