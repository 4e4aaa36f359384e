import { ProtoWriter } from './proto.ts'

/** Element types that our graphs use, with their numbers in TensorProto.DataType. */
export const elementTypes = { f32: 1, i64: 7, f16: 10 } as const
export type ElementType = keyof typeof elementTypes

/** Bytes of one element. */
export const elementBytes: Readonly<Record<ElementType, number>> = { f32: 4, i64: 8, f16: 2 }

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }

export interface Node {
  readonly name: string
  readonly op: string
  /** '' for standard ONNX operators. */
  readonly domain: string
  /** Value names; '' for an optional input that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** A constant of the graph: its bytes inside the model, or a range of an external file. */
export interface Initialiser {
  readonly name: string
  readonly type: ElementType
  readonly dims: readonly number[]
  readonly data: Uint8Array | { readonly path: string; readonly offset: number; readonly length: number }
}

export interface ValueInfo {
  readonly name: string
  readonly type: ElementType
  /** A number, or the name of a dynamic dimension. */
  readonly dims: readonly (number | string)[]
}

export interface Graph {
  readonly name: string
  readonly nodes: readonly Node[]
  readonly initialisers: readonly Initialiser[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
}

const irVersion = 8
const opset = 18

/**
 * The graph as an ONNX ModelProto. Field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
export function encodeModel(graph: Graph): Uint8Array {
  const model = new ProtoWriter()
  model.int(1, irVersion).string(2, 'marigold-nodes')
  model.message(7, (out) => writeGraph(out, graph))
  model.message(8, (out) => out.string(1, '').int(2, opset))
  model.message(8, (out) => out.string(1, 'com.microsoft').int(2, 1))
  return model.finish()
}

function writeGraph(out: ProtoWriter, graph: Graph): void {
  for (const node of graph.nodes) out.message(1, (inner) => writeNode(inner, node))
  out.string(2, graph.name)
  for (const tensor of graph.initialisers) out.message(5, (inner) => writeInitialiser(inner, tensor))
  for (const input of graph.inputs) out.message(11, (inner) => writeValueInfo(inner, input))
  for (const output of graph.outputs) out.message(12, (inner) => writeValueInfo(inner, output))
}

function writeNode(out: ProtoWriter, node: Node): void {
  for (const input of node.inputs) out.string(1, input)
  for (const output of node.outputs) out.string(2, output)
  out.string(3, node.name).string(4, node.op)
  for (const [name, attribute] of Object.entries(node.attributes)) {
    out.message(5, (inner) => writeAttribute(inner, name, attribute))
  }
  if (node.domain !== '') out.string(7, node.domain)
}

function writeAttribute(out: ProtoWriter, name: string, attribute: Attribute): void {
  out.string(1, name)
  if ('float' in attribute) out.float(2, attribute.float).int(20, 1)
  else if ('int' in attribute) out.int(3, attribute.int).int(20, 2)
  else if ('string' in attribute) out.string(4, attribute.string).int(20, 3)
  else out.ints(8, attribute.ints).int(20, 7)
}

function writeInitialiser(out: ProtoWriter, tensor: Initialiser): void {
  out.ints(1, tensor.dims).int(2, elementTypes[tensor.type]).string(8, tensor.name)
  if (tensor.data instanceof Uint8Array) {
    out.bytes(9, tensor.data)
    return
  }
  const { path, offset, length } = tensor.data
  for (const [key, value] of Object.entries({ location: path, offset: String(offset), length: String(length) })) {
    out.message(13, (entry) => entry.string(1, key).string(2, value))
  }
  out.int(14, 1)
}

function writeValueInfo(out: ProtoWriter, value: ValueInfo): void {
  out.string(1, value.name)
  out.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, elementTypes[value.type])
      tensor.message(2, (shape) => {
        for (const dim of value.dims) {
          shape.message(1, (inner) => (typeof dim === 'number' ? inner.int(1, dim) : inner.string(2, dim)))
        }
      })
    }),
  )
}
