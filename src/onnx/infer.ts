import type { BuiltGraph } from './graph.ts'
import { elementBytes, elementTypes, type Attribute, type ElementType, type Graph, type Node } from './model.ts'

/** What is known of a tensor before anything is computed. */
export interface Inferred {
  readonly dims: readonly number[]
  readonly type: ElementType
  /** Its elements, of shapes and axes. */
  readonly ints?: readonly number[] | undefined
}

/** The tensors of a graph, by name, for inputs of these dimensions: the operators that builder.ts writes. */
export function infer(
  { graph, parameters }: BuiltGraph,
  inputs: Readonly<Record<string, readonly number[]>>,
): ReadonlyMap<string, Inferred> {
  const known = new Map<string, Inferred>()
  for (const { name, dims, type } of parameters) known.set(name, { dims, type })
  for (const initialiser of graph.initialisers) known.set(initialiser.name, constant(initialiser))
  for (const { name, type, dims } of graph.inputs) {
    known.set(name, { type, dims: inputs[name] ?? dims.map((dim) => (typeof dim === 'number' ? dim : 1)) })
  }
  for (const node of graph.nodes) {
    const given = node.inputs.map((name) => known.get(name))
    const [first = { dims: [], type: 'f32' as const }] = given
    const made = (rules[node.op] ?? same)(first, given, node.attributes)
    for (const name of node.outputs) known.set(name, made)
  }
  return known
}

function constant({ dims, type, data }: Graph['initialisers'][number]): Inferred {
  if (!(data instanceof Uint8Array)) return { dims, type }
  const { buffer, byteOffset, byteLength } = data.slice()
  if (type === 'i64') return { dims, type, ints: Array.from(new BigInt64Array(buffer), Number) }
  // The factors of a resize are floats.
  if (type === 'f32' && byteLength <= 32) return { dims, type, ints: [...new Float32Array(buffer, byteOffset)] }
  return { dims, type }
}

type Rule = (first: Inferred, given: readonly (Inferred | undefined)[], attributes: Node['attributes']) => Inferred

const same: Rule = ({ dims, type }) => ({ dims, type })

const broadcast = (a: readonly number[], b: readonly number[]): readonly number[] => {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const [left = 1, right = 1] = [a[i - rank + a.length], b[i - rank + b.length]]
    return left === 1 ? right : left
  })
}

const arithmetic =
  (compute: (a: number, b: number) => number): Rule =>
  (first, [, second = first]) => {
    const dims = broadcast(first.dims, second.dims)
    const [a, b] = [first.ints, second.ints]
    const ints = first.type === 'i64' && a && b ? Array.from(a, (n, i) => compute(n, b[i % b.length] ?? 1)) : undefined
    return { dims, type: first.type, ints }
  }

const rules: Readonly<Record<string, Rule>> = {
  Add: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b) => a * b),
  Div: arithmetic((a, b) => Math.trunc(a / b)),
  Cast: ({ dims }, _, { to }) => ({ dims, type: typeOf(to) }),
  Shape: ({ dims }) => ({ dims: [dims.length], type: 'i64', ints: dims }),
  Conv: ({ dims: [batch = 1, , h = 1, w = 1], type }, [, weight], { kernel_shape, strides, pads }) => {
    const [kernel, stride, pad] = [ints(kernel_shape), ints(strides), ints(pads)]
    const side = (n: number, i: number): number =>
      Math.floor((n + at(pad, i) + at(pad, i + 2) - at(kernel, i)) / at(stride, i)) + 1
    return { dims: [batch, weight?.dims[0] ?? 1, side(h, 0), side(w, 1)], type }
  },
  Gemm: ({ dims, type }, [, weight]) => ({ dims: [at(dims, 0), weight?.dims[0] ?? 1], type }),
  MatMul: ({ dims, type }, [, second]) => {
    const [a, b] = [dims, second?.dims ?? dims]
    return { dims: [...broadcast(a.slice(0, -2), b.slice(0, -2)), a.at(-2) ?? 1, b.at(-1) ?? 1], type }
  },
  Reshape: ({ dims, type, ints: elements }, [, shape]) => {
    const wanted = (shape?.ints ?? dims).map((n, i) => (n === 0 ? at(dims, i) : n))
    const left = product(dims) / product(wanted.filter((n) => n !== -1))
    return { dims: wanted.map((n) => (n === -1 ? left : n)), type, ints: elements }
  },
  Transpose: ({ dims, type }, _, { perm }) => ({ dims: ints(perm).map((axis) => at(dims, axis)), type }),
  Concat: ({ dims, type }, given, { axis }) => {
    const along = axis && 'int' in axis ? axis.int : 0
    const total = given.reduce((sum, one) => sum + (one?.dims[along] ?? 0), 0)
    const elements = given.every((one) => one?.ints) ? given.flatMap((one) => one?.ints ?? []) : undefined
    return { dims: dims.map((n, i) => (i === along ? total : n)), type, ints: elements }
  },
  Slice: ({ dims, type, ints: elements }, [, from, to, axes]) => {
    const axis = axes?.ints?.[0] ?? 0
    const length = at(dims, axis)
    const place = (n: number): number => Math.max(0, Math.min(length, n < 0 ? n + length : n))
    const [begin, end] = [place(from?.ints?.[0] ?? 0), place(to?.ints?.[0] ?? length)]
    const kept = dims.map((n, i) => (i === axis ? Math.max(0, end - begin) : n))
    return { dims: kept, type, ints: elements?.slice(begin, end) }
  },
  Resize: ({ dims, type }, [, , scales, sizes]) => ({
    dims: sizes?.ints ?? dims.map((n, i) => n * (scales?.ints?.[i] ?? 1)),
    type,
  }),
  DepthToSpace: ({ dims: [batch = 1, c = 1, h = 1, w = 1], type }, _, { blocksize }) => {
    const block = blocksize && 'int' in blocksize ? blocksize.int : 1
    return { dims: [batch, c / block ** 2, h * block, w * block], type }
  },
  Expand: ({ dims, type }, [, shape]) => ({ dims: broadcast(dims, shape?.ints ?? dims), type }),
  ReduceSum: ({ dims, type }, [, axes]) => ({
    dims: dims.map((n, i) => (axes?.ints?.includes(i) === true ? 1 : n)),
    type,
  }),
  Pad: ({ dims, type }, [, pads]) => ({
    dims: dims.map((n, i) => n + (pads?.ints?.[i] ?? 0) + (pads?.ints?.[i + dims.length] ?? 0)),
    type,
  }),
}

const ints = (attribute: Attribute | undefined): readonly number[] =>
  attribute && 'ints' in attribute ? attribute.ints : []
const at = (list: readonly number[], index: number): number => list[index] ?? 1
const product = (list: readonly number[]): number => list.reduce((all, n) => all * n, 1)

function typeOf(to: Attribute | undefined): ElementType {
  const wanted = to && 'int' in to ? to.int : 0
  const [type = 'f32'] = (Object.keys(elementTypes) as ElementType[]).filter((name) => elementTypes[name] === wanted)
  return type
}

/** Bytes of a tensor. */
export const bytesOfInferred = ({ dims, type }: Inferred): number => product(dims) * elementBytes[type]
