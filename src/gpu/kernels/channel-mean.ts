import { nchw, only } from '../../tensor/shape.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

/**
 * Depth from a decoded picture: [B,C,H,W] → [B,1,H,W], mean over the channels, clipped to −1..1, then (x + 1) / 2
 * (MarigoldDepthPipeline.decode_prediction; the mean comes before the clip). NaN stays NaN.
 */
export const channelMean: Kernel<Record<string, never>> = {
  name: 'channel-mean',
  cpu(inputs, _params, backend) {
    const x = only(inputs)
    const [n, c, h, w] = nchw(x)
    const plane = h * w
    const y = new Float32Array(n * plane)
    for (let b = 0; b < n; b++) {
      for (let i = 0; i < plane; i++) {
        let sum = 0
        for (let k = 0; k < c; k++) sum += x.data[(b * c + k) * plane + i] ?? 0
        y[b * plane + i] = (Math.min(Math.max(sum / c, -1), 1) + 1) / 2
      }
    }
    return backend.upload(y, [n, 1, h, w])
  },
  gpu(inputs, _params, backend) {
    const x = only(inputs)
    const [n, c, h, w] = nchw(x)
    const y = backend.allocate([n, 1, h, w])
    dispatch(backend, {
      name: 'channel-mean',
      code: `fn at(i: u32) {
        let first = (i / params.plane) * params.channels * params.plane + i % params.plane;
        var sum = 0.0;
        for (var k = 0u; k < params.channels; k++) { sum += x[first + k * params.plane]; }
        y[i] = select((clamp(sum / f32(params.channels), -1.0, 1.0) + 1.0) / 2.0, sum, is_nan(sum));
      }`,
      inputs: { x },
      outputs: { y },
      params: { plane: u32(h * w), channels: u32(c) },
      size: { threads: n * h * w },
    })
    return y
  },
}
