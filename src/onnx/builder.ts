import { AppError } from '../base/errors.ts'
import { GraphCore, type Dim, type Value } from './graph.ts'
import type { Attribute } from './model.ts'

export interface ConvOptions {
  readonly stride?: number
  /** Zeros on all four sides, or on each. */
  readonly padding?: number | Sides
}

/** [top, left, bottom, right]. */
export type Sides = readonly [number, number, number, number]

/** What `padding` says, side by side. */
export const sidesOf = (padding: ConvOptions['padding'] = 0): Sides =>
  typeof padding === 'number' ? [padding, padding, padding, padding] : padding

const microsoft = 'com.microsoft'

/** Rows and columns from which on the form of a product matters. */
const MANY = 64

/** ONNX operators with the shape rules that catch mistakes while a graph is being built. Tensors are NCHW. */
export class GraphBuilder extends GraphCore {
  readonly #made = new Map<string, Value>()

  /** 2-D convolution: x [B,Cin,H,W], weight [Cout,Cin,k,k], bias [Cout] → [B,Cout,H',W']. */
  conv(x: Value, weight: Value, bias?: Value, options: ConvOptions = {}): Value {
    const [out, channels, height, width] = weight.dims
    this.#expect('Conv', x, 1, channels)
    const { stride = 1 } = options
    // onnxruntime-web 1.30 fails on WebGPU when a convolution has no bias.
    const shift = bias ?? this.constant(new Float32Array(known(out)), [known(out)])
    return this.op(
      'Conv',
      [x, weight, shift],
      { dims: [x.dims[0] ?? null, out ?? null, null, null] },
      {
        kernel_shape: { ints: [height ?? 1, width ?? 1] },
        strides: { ints: [stride, stride] },
        pads: { ints: sidesOf(options.padding) },
      },
    )
  }

  /**
   * x · weightᵀ + bias: x [..., Cin], weight [Cout,Cin] as torch stores it, bias [Cout] → [..., Cout]. On WebGPU onnxruntime's
   * MatMul takes a third of its Gemm's time, transposing the weights in every run included.
   */
  linear(x: Value, weight: Value, bias?: Value): Value {
    const [out, channels] = weight.dims
    const rank = x.dims.length
    this.#expect('Linear', x, rank - 1, channels)
    const quick = this.target === 'webgpu' && rank === 3 && known(out) >= MANY && known(channels) >= MANY
    // Before the rows: what was added last is computed first, and all weights would wait for their rows in memory.
    const turned = quick ? this.#transposed(weight) : undefined
    const rows = rank === 2 ? x : this.reshape(x, [-1, known(channels)])
    const product = turned ? this.#sum(this.matmul(rows, turned), bias) : this.#gemm(rows, weight, bias)
    if (rank === 2) return product
    if (rank !== 3) throw new AppError('onnx/wrong-shape', `Linear takes 2 or 3 axes, not ${rank}.`)
    return this.reshapeLike(product, x, [known(out)])
  }

  /** Matrix product over the last two axes; one of the two may be a single matrix for all. */
  matmul(a: Value, b: Value): Value {
    this.#expect('MatMul', a, a.dims.length - 1, b.dims.at(-2))
    const before = (a.dims.length < b.dims.length ? b : a).dims.slice(0, -2)
    return this.op('MatMul', [a, b], { dims: [...before, a.dims.at(-2) ?? null, b.dims.at(-1) ?? null] })
  }

  #sum(x: Value, bias: Value | undefined): Value {
    return bias === undefined ? x : this.add(x, bias)
  }

  #gemm(rows: Value, weight: Value, bias: Value | undefined): Value {
    const dims = [rows.dims[0] ?? null, weight.dims[0] ?? null]
    return this.op('Gemm', [rows, weight, bias], { dims }, { transB: { int: 1 } })
  }

  /** A matrix of weights the other way round, made once however often it is used. */
  #transposed(weight: Value): Value {
    const key = `transposed|${weight.name}`
    const made = this.#made.get(key) ?? this.transpose(weight, [1, 0])
    this.#made.set(key, made)
    return made
  }

  add(a: Value, b: Value): Value {
    return this.#binary('Add', a, b)
  }

  sub(a: Value, b: Value): Value {
    return this.#binary('Sub', a, b)
  }

  mul(a: Value, b: Value): Value {
    return this.#binary('Mul', a, b)
  }

  div(a: Value, b: Value): Value {
    return this.#binary('Div', a, b)
  }

  sqrt(x: Value): Value {
    return this.#unary('Sqrt', x)
  }

  sigmoid(x: Value): Value {
    return this.#unary('Sigmoid', x)
  }

  tanh(x: Value): Value {
    return this.#unary('Tanh', x)
  }

  relu(x: Value): Value {
    return this.#unary('Relu', x)
  }

  /** x · sigmoid(αx): SiLU for α = 1, CLIP's "quick_gelu" for α = 1.702. */
  silu(x: Value, alpha = 1): Value {
    return this.#unary('QuickGelu', x, { alpha: { float: alpha } }, microsoft)
  }

  /** x · Φ(x), the exact GELU with erf. */
  gelu(x: Value): Value {
    return this.#unary('Gelu', x, {}, microsoft)
  }

  softmax(x: Value, axis = -1): Value {
    return this.#unary('Softmax', x, { axis: { int: axis } })
  }

  /** (x − mean) / √(variance + ε) over everything after the second axis, then · scale + bias per channel. x [B,C,...]. */
  instanceNorm(x: Value, scale: Value, bias: Value, epsilon: number): Value {
    this.#expect('InstanceNormalization', x, 1, scale.dims[0])
    return this.op(
      'InstanceNormalization',
      [x, scale, bias],
      { dims: x.dims, type: x.type },
      { epsilon: { float: epsilon } },
    )
  }

  /** x · scale + bias, both [C] per channel of x [B,C,...], in one pass: batch normalisation by mean 0 and variance 1. */
  channelAffine(x: Value, scale: Value, bias: Value): Value {
    this.#expect('BatchNormalization', x, 1, scale.dims[0])
    const channels = known(scale.dims[0])
    const mean = this.constant(new Float32Array(channels), [channels], x.type)
    const variance = this.constant(new Float32Array(channels).fill(1), [channels], x.type)
    return this.op(
      'BatchNormalization',
      [x, scale, bias, mean, variance],
      { dims: x.dims, type: x.type },
      { epsilon: { float: 0 } },
    )
  }

  /** Normalises the last axis; scale and bias [C]. */
  layerNorm(x: Value, scale: Value, bias: Value, epsilon: number): Value {
    this.#expect('LayerNormalization', x, x.dims.length - 1, scale.dims[0])
    return this.op(
      'LayerNormalization',
      [x, scale, bias],
      { dims: x.dims, type: x.type },
      { axis: { int: -1 }, epsilon: { float: epsilon } },
    )
  }

  /**
   * softmax(q·kᵀ · scale)·v for each head, over q [B,N,C], k and v [B,M,C], whose C is split into `heads`. Scores are
   * never stored where the runtime has a fused kernel.
   */
  attention(q: Value, k: Value, v: Value, heads: number, scale: number): Value {
    this.#expect('MultiHeadAttention', k, 2, q.dims[2])
    return this.op(
      'MultiHeadAttention',
      [q, k, v],
      { dims: q.dims, type: q.type },
      { num_heads: { int: heads }, scale: { float: scale } },
      microsoft,
    )
  }

  /** Reshapes to `dims`; 0 keeps the axis of the same position, −1 is what is left. */
  reshape(x: Value, dims: readonly number[]): Value {
    const result = dims.map((dim, i) => (dim === 0 ? (x.dims[i] ?? null) : dim === -1 ? null : dim))
    return this.op('Reshape', [x, this.integers(dims)], { dims: result, type: x.type })
  }

  /** Reshapes to the shape of `like`. */
  reshapeTo(x: Value, like: Value): Value {
    return this.op('Reshape', [x, this.shape(like)], { dims: like.dims, type: x.type })
  }

  /** Reshapes to [B, −1, ...dims], where B is the first axis of `like`. */
  reshapeLike(x: Value, like: Value, dims: readonly number[]): Value {
    const key = `${like.name}|${dims.join(',')}`
    const shape =
      this.#made.get(key) ?? this.concat([this.slice(this.shape(like), 0, 1), this.integers([-1, ...dims])], 0)
    this.#made.set(key, shape)
    return this.op('Reshape', [x, shape], { dims: [like.dims[0] ?? null, null, ...dims], type: x.type })
  }

  /** The sizes of `x` as an int64 vector. */
  shape(x: Value): Value {
    const key = `shape|${x.name}`
    const made = this.#made.get(key) ?? this.op('Shape', [x], { dims: [x.dims.length], type: 'i64' })
    this.#made.set(key, made)
    return made
  }

  transpose(x: Value, axes: readonly number[]): Value {
    return this.op(
      'Transpose',
      [x],
      { dims: axes.map((axis) => x.dims[axis] ?? null), type: x.type },
      { perm: { ints: axes } },
    )
  }

  /** Tensors one after the other along an axis; of one that tensor itself. */
  concat(parts: readonly Value[], axis: number): Value {
    const first = parts[0]
    if (!first) throw new AppError('onnx/wrong-shape', 'Concat needs at least one tensor.')
    if (parts.length === 1) return first
    const total = parts.reduce<Dim>((sum, part) => add(sum, part.dims[axis] ?? null), 0)
    const dims = first.dims.map((dim, i) => (i === axis ? total : dim))
    return this.op('Concat', parts, { dims, type: first.type }, { axis: { int: axis } })
  }

  /** Elements `from` up to `to` of one axis. Below 0 they count from its end; Infinity is its end. */
  slice(x: Value, from: number, to: number, axis = 0): Value {
    const length = from >= 0 && to >= 0 && to < Infinity ? to - from : null
    const end = Math.min(to, Number.MAX_SAFE_INTEGER)
    return this.op('Slice', [x, this.integers([from]), this.integers([end]), this.integers([axis])], {
      dims: x.dims.map((dim, i) => (i === axis ? length : dim)),
      type: x.type,
    })
  }

  /** Rows `from` up to `to` of x [B,C,H,W], both [1] of int64. */
  rowsBetween(x: Value, from: Value, to: Value): Value {
    const dims = x.dims.map((dim, i) => (i === 2 ? null : dim))
    return this.op('Slice', [x, from, to, this.integers([2])], { dims, type: x.type })
  }

  /** x [B,C,H,W] with so many zeros on each side. */
  pad(x: Value, [top, left, bottom, right]: Sides): Value {
    const [batch = null, channels = null, height = null, width = null] = x.dims
    const dims = [batch, channels, add(height, top + bottom), add(width, left + right)]
    return this.op('Pad', [x, this.integers([0, 0, top, left, 0, 0, bottom, right])], { dims, type: x.type })
  }

  /** Sums along one axis, which stays with length 1. */
  reduceSum(x: Value, axis: number): Value {
    const dims = x.dims.map((dim, i) => (i === axis ? 1 : dim))
    return this.op('ReduceSum', [x, this.integers([axis])], { dims, type: x.type }, { keepdims: { int: 1 } })
  }

  /** Nearest-neighbour resize to the height and width of `like`: torch's interpolate(size=..., mode='nearest'). */
  resizeNearestTo(x: Value, like: Value): Value {
    const sizes = this.concat([this.slice(this.shape(x), 0, 2), this.slice(this.shape(like), 2, 4)], 0)
    const dims: Dim[] = [...x.dims.slice(0, 2), null, null]
    return this.op('Resize', [x, undefined, undefined, sizes], { dims, type: x.type }, nearest)
  }

  /** Every pixel twice in both directions. */
  upsampleNearest(x: Value): Value {
    const scales = this.constant([1, 1, 2, 2], [4], 'f32')
    const dims: Dim[] = [...x.dims.slice(0, 2), null, null]
    return this.op('Resize', [x, undefined, scales], { dims, type: x.type }, nearest)
  }

  /**
   * A 3×3 convolution of x with every pixel doubled, weight [Cout,Cin,3,3]. A doubled picture repeats its pixels, so each
   * of the four output phases is a 2×2 convolution of x itself, whose weights are sums of the 3×3 ones: 16 products per
   * input pixel instead of 36. The sums are of constants, which the runtime computes when it makes the session.
   */
  convDoubled(x: Value, weight: Value, bias: Value): Value {
    const [out = null] = weight.dims
    const phases = [0, 1].flatMap((row) =>
      [0, 1].map((column) => {
        const padding = [1 - row, 1 - column, row, column] as const
        return this.conv(x, this.#phase(weight, row, column), bias, { padding })
      }),
    )
    const dims = [x.dims[0] ?? null, out, null, null]
    return this.op(
      'DepthToSpace',
      [this.concat(phases, 1)],
      { dims },
      { blocksize: { int: 2 }, mode: { string: 'DCR' } },
    )
  }

  /** The 2×2 weights of one phase of a doubled picture, computed once however many strips it has. */
  #phase(weight: Value, row: number, column: number): Value {
    const key = `phase|${weight.name}|${row}|${column}`
    const [out = null, channels = null] = weight.dims
    const rows = (): Value =>
      this.op('MatMul', [this.constant(merges[row] ?? [], [2, 3]), weight], { dims: [out, channels, 2, 3] })
    const merge = (): Value => this.constant(transposed(merges[column] ?? []), [3, 2])
    const made = this.#made.get(key) ?? this.op('MatMul', [rows(), merge()], { dims: [out, channels, 2, 2] })
    this.#made.set(key, made)
    return made
  }

  #unary(op: string, x: Value, attributes: Readonly<Record<string, Attribute>> = {}, domain = ''): Value {
    return this.op(op, [x], { dims: x.dims, type: x.type }, attributes, domain)
  }

  #binary(op: string, a: Value, b: Value): Value {
    if (a.type !== b.type)
      throw new AppError('onnx/wrong-type', `${op} of ${a.type} ${a.name} and ${b.type} ${b.name}.`)
    const rank = Math.max(a.dims.length, b.dims.length)
    const dims = Array.from({ length: rank }, (_, i): Dim => {
      const left = a.dims[i - rank + a.dims.length]
      const right = b.dims[i - rank + b.dims.length]
      if (left === undefined || left === 1) return right ?? null
      if (right === undefined || right === 1) return left
      if (left !== null && right !== null && left !== right) {
        throw new AppError('onnx/wrong-shape', `${op} of [${a.dims.join(', ')}] and [${b.dims.join(', ')}].`)
      }
      return left ?? right
    })
    return this.op(op, [a, b], { dims, type: a.type })
  }

  #expect(op: string, x: Value, axis: number, wanted: Dim | undefined): void {
    const found = x.dims[axis]
    if (found === wanted || found === null || wanted === null) return
    throw new AppError(
      'onnx/wrong-shape',
      `${op} in ${this.name} takes ${String(wanted)} channels, but ${x.name} has ${String(found)}.`,
    )
  }
}

/** Output pixel i reads input pixel ⌊i · in/out⌋. */
const nearest: Readonly<Record<string, Attribute>> = {
  mode: { string: 'nearest' },
  coordinate_transformation_mode: { string: 'asymmetric' },
  nearest_mode: { string: 'floor' },
}

/**
 * Output rows 2i and 2i + 1 of a doubled picture see input rows (i − 1, i, i) and (i, i, i + 1): which of three weights
 * fall on the first and which on the second of the two rows they read, [2,3].
 */
const merges: readonly (readonly number[])[] = [
  [1, 0, 0, 0, 1, 1],
  [1, 1, 0, 0, 0, 1],
]

/** [2,3] → [3,2]. */
const transposed = (m: readonly number[]): readonly number[] => [0, 3, 1, 4, 2, 5].map((i) => m[i] ?? 0)

const add = (a: Dim, b: Dim): Dim => (a === null || b === null ? null : a + b)

function known(dim: Dim | undefined): number {
  if (dim === null || dim === undefined) throw new AppError('onnx/wrong-shape', 'A weight has an unknown dimension.')
  return dim
}
