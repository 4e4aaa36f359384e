import { AppError } from '../../base/errors.ts'
import { medianRank } from '../../tensor/ensemble/median.ts'
import { alignReduce as alignReduceCpu, type Reduction } from '../../tensor/ensemble/reduce.ts'
import { nchw, only } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { dispatch, u32 } from '../dispatch.ts'
import type { Kernel } from '../kernel.ts'

export interface AlignReduceParams {
  /** sᵢ and tᵢ, one per member. */
  readonly scales: readonly number[]
  readonly shifts: readonly number[]
  readonly reduction: Reduction
  /** Also the spread of the members: a second item of the result. */
  readonly deviation: boolean
}

/**
 * [E,C,H,W] → [1 or 2,C,H,W], each channel by itself: the reduction of aᵢ = sᵢ·dᵢ + tᵢ over the members, then (`deviation`) the median absolute
 * deviation for `median`, the standard deviation with ddof = 1 for `mean`. A NaN among the members gives NaN.
 */
export const alignReduce: Kernel<AlignReduceParams> = {
  name: 'align-reduce',
  cpu(inputs, params, backend) {
    const x = only(inputs)
    const [, c, h, w] = fitting(x, params)
    const y = new Float32Array((params.deviation ? 2 : 1) * c * h * w)
    const deviation = params.deviation ? y.subarray(c * h * w) : undefined
    alignReduceCpu(x.data, params.scales, params.shifts, params.reduction, y.subarray(0, c * h * w), deviation)
    return backend.upload(y, [params.deviation ? 2 : 1, c, h, w])
  },
  gpu(inputs, params, backend) {
    const x = only(inputs)
    const [members, c, h, w] = fitting(x, params)
    const y = backend.allocate([params.deviation ? 2 : 1, c, h, w])
    const maps = backend.upload(Float32Array.from([...params.scales, ...params.shifts]), [2 * members])
    dispatch(backend, {
      name: `align-reduce-${params.reduction}`,
      code: params.reduction === 'median' ? MEDIAN : MEAN,
      inputs: { x, maps },
      outputs: { y },
      constants: { MEMBERS: members, RANK: medianRank(members) },
      params: { deviation: u32(params.deviation ? 1 : 0) },
      size: { threads: c * h * w },
    })
    maps.release()
    return y
  },
}

function fitting(x: Tensor, { scales, shifts }: AlignReduceParams): ReturnType<typeof nchw> {
  const dims = nchw(x)
  if (scales.length !== dims[0] || shifts.length !== dims[0]) {
    throw new AppError('gpu/wrong-shape', `${scales.length} scales do not fit members [${x.dims.join(', ')}].`)
  }
  return dims
}

const ALIGNED = `
fn aligned(i: u32, m: u32) -> f32 { return maps[m] * x[m * params.threads + i] + maps[MEMBERS + m]; }
`

const MEDIAN = `${ALIGNED}
fn sort(a: ptr<function, array<f32, MEMBERS>>) {
  for (var i = 1; i < MEMBERS; i++) {
    let v = (*a)[i];
    var j = i - 1;
    while (j >= 0) {
      let u = (*a)[j];
      if (u <= v) { break; }
      (*a)[j + 1] = u;
      j--;
    }
    (*a)[j + 1] = v;
  }
}
fn median(a: ptr<function, array<f32, MEMBERS>>) -> f32 {
  for (var m = 0u; m < MEMBERS; m++) { if (is_nan((*a)[m])) { return (*a)[m]; } }
  sort(a);
  return (*a)[RANK];
}
fn at(i: u32) {
  var a: array<f32, MEMBERS>;
  for (var m = 0u; m < MEMBERS; m++) { a[m] = aligned(i, m); }
  let middle = median(&a);
  y[i] = middle;
  if (params.deviation == 0u) { return; }
  for (var m = 0u; m < MEMBERS; m++) { a[m] = abs(a[m] - middle); }
  y[params.threads + i] = median(&a);
}`

const MEAN = `${ALIGNED}
fn at(i: u32) {
  var sum = 0.0;
  for (var m = 0u; m < MEMBERS; m++) { sum += aligned(i, m); }
  let mean = sum / f32(MEMBERS);
  y[i] = mean;
  if (params.deviation == 0u) { return; }
  var squares = 0.0;
  for (var m = 0u; m < MEMBERS; m++) { let d = aligned(i, m) - mean; squares += d * d; }
  y[params.threads + i] = sqrt(squares / f32(max(MEMBERS - 1, 1)));
}`
