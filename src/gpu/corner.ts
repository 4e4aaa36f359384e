import { nchw, only, type Size } from '../tensor/shape.ts'
import { dispatch, u32 } from './dispatch.ts'
import type { Kernel } from './kernel.ts'

/**
 * [N,C,H,W] → [N,C,height,width] with the top left corner kept: what is beyond the edges is the last column and row again
 * (torch's "replicate"). `check` throws where a kernel does not take a size.
 */
export function corner(name: string, check: (from: Size, to: Size) => void): Kernel<Size> {
  return {
    name,
    cpu(inputs, { width, height }, backend) {
      const x = only(inputs)
      const [n, c, h, w] = nchw(x)
      check({ width: w, height: h }, { width, height })
      const y = new Float32Array(n * c * height * width)
      const kept = Math.min(w, width)
      for (let plane = 0; plane < n * c; plane++) {
        for (let row = 0; row < height; row++) {
          const from = (plane * h + Math.min(row, h - 1)) * w
          const to = (plane * height + row) * width
          y.set(x.data.subarray(from, from + kept), to)
          if (kept < width) y.fill(x.data[from + w - 1] ?? 0, to + kept, to + width)
        }
      }
      return backend.upload(y, [n, c, height, width])
    },
    gpu(inputs, { width, height }, backend) {
      const x = only(inputs)
      const [n, c, h, w] = nchw(x)
      check({ width: w, height: h }, { width, height })
      const y = backend.allocate([n, c, height, width])
      dispatch(backend, {
        name,
        code: `fn at(i: u32) {
          let column = min(i % params.width, params.w - 1u);
          let row = min((i / params.width) % params.height, params.h - 1u);
          let plane = i / (params.width * params.height);
          y[i] = x[(plane * params.h + row) * params.w + column];
        }`,
        inputs: { x },
        outputs: { y },
        params: { width: u32(width), height: u32(height), w: u32(w), h: u32(h) },
        size: { threads: n * c * height * width },
      })
      return y
    },
  }
}
