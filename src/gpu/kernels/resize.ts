import { resizeTaps, type ResizeMethod, type Taps } from '../../tensor/resize-taps.ts'
import { nchw, only } from '../../tensor/shape.ts'
import { count, type Dims, type Tensor } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface ResizeParams {
  readonly width: number
  readonly height: number
  readonly method: ResizeMethod
  /** Widen the filter when shrinking (bilinear and bicubic only). */
  readonly antialias: boolean
}

/** [N,C,h,w] → [N,C,height,width] as torch.nn.functional.interpolate: rows first, then columns. Bicubic overshoots. */
export const resize: Kernel<ResizeParams> = {
  name: 'resize',
  cpu: (inputs, params, backend) =>
    passes(only(inputs), params, (x, dims, { axis, taps }) => {
      const y = backend.upload(new Float32Array(count(dims)), dims)
      resampleCpu(x.data, y.data, shapeOf(dims, axis, x), taps)
      return y
    }),
  gpu: (inputs, params, backend) =>
    passes(only(inputs), params, (x, dims, { axis, taps }) => {
      const y = backend.allocate(dims)
      const table = backend.upload(taps.table, [taps.table.length])
      const { from, to, inner } = shapeOf(dims, axis, x)
      dispatch(backend, {
        name: 'resize',
        code: WGSL,
        inputs: { x, table },
        outputs: { y },
        params: { size_in: u32(from), size_out: u32(to), inner: u32(inner), taps: u32(taps.count) },
        size: { threads: count(dims) },
      })
      table.release()
      return y
    }),
}

interface Pass {
  readonly axis: 2 | 3
  readonly taps: Taps
}

/** Each axis that changes is one pass; nothing to change still gives a new owner. */
function passes<T extends Tensor>(input: T, params: ResizeParams, run: (x: T, dims: Dims, pass: Pass) => T): T {
  input.retain()
  let x = input
  for (const [axis, to] of [
    [3, params.width],
    [2, params.height],
  ] as const) {
    const dims = nchw(x)
    if (dims[axis] === to) continue
    const taps = resizeTaps(params.method, params.antialias, dims[axis], to)
    const before = x
    try {
      x = run(
        before,
        dims.map((n, i) => (i === axis ? to : n)),
        { axis, taps },
      )
    } finally {
      before.release()
    }
  }
  return x
}

interface Shape {
  readonly from: number
  readonly to: number
  /** Elements between neighbours along the axis. */
  readonly inner: number
}

const shapeOf = (to: Dims, axis: number, x: Tensor): Shape => ({
  from: x.dims[axis] ?? 1,
  to: to[axis] ?? 1,
  inner: count(to.slice(axis + 1)),
})

function resampleCpu(x: Float32Array, y: Float32Array, { from, to, inner }: Shape, { count: taps, table }: Taps): void {
  const outer = y.length / (to * inner)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < to; i++) {
      const row = i * (taps + 1)
      const first = (o * from + (table[row] ?? 0)) * inner
      const target = (o * to + i) * inner
      for (let n = 0; n < inner; n++) {
        let sum = 0
        for (let k = 0; k < taps; k++) sum += (table[row + 1 + k] ?? 0) * (x[first + k * inner + n] ?? 0)
        y[target + n] = sum
      }
    }
  }
}

const WGSL = `
fn at(i: u32) {
  let n = i % params.inner;
  let out = (i / params.inner) % params.size_out;
  let o = i / (params.inner * params.size_out);
  let row = out * (params.taps + 1u);
  let first = (o * params.size_in + u32(table[row])) * params.inner + n;
  var sum = 0.0;
  for (var k = 0u; k < params.taps; k++) { sum += table[row + 1u + k] * x[first + k * params.inner]; }
  y[i] = sum;
}`
