import { f32ToF16 } from '../weights/half.ts'
import {
  elementTypes,
  type Attribute,
  type ElementType,
  type Graph,
  type Initialiser,
  type Node,
  type ValueInfo,
} from './model.ts'

/** A dimension that is known when the graph is built, or null. */
export type Dim = number | null

/** A tensor of the graph being built. */
export interface Value {
  readonly name: string
  readonly type: ElementType
  readonly dims: readonly Dim[]
}

/** The parameters of one model by name; a WeightSet is one. */
export interface ParameterShapes {
  has(name: string): boolean
  /** Throws `checkpoint/missing-tensor` or `checkpoint/wrong-shape` unless the tensor is there and has this shape. */
  expect(name: string, shape: readonly number[]): unknown
}

/** A parameter that the graph uses, or rows of it. `source.ts` finds the bytes. */
export interface ParameterUse {
  /** Name in the graph. */
  readonly name: string
  /** Name in the checkpoint. */
  readonly parameter: string
  readonly type: ElementType
  /** As the graph sees it: same elements in the same order as stored, perhaps other dimensions. */
  readonly dims: readonly number[]
  /** First element and number of elements, for a part of a parameter. */
  readonly from: number
  readonly count: number
}

/** A finished graph whose parameters have no bytes yet. */
export interface BuiltGraph {
  readonly graph: Graph
  readonly parameters: readonly ParameterUse[]
}

export interface ParameterView {
  /** Only these rows (first axis) of the parameter. */
  readonly rows?: readonly [from: number, to: number]
  /** Element type in the graph; the compute type when left out. */
  readonly type?: ElementType
  /** Dimensions in the graph, of the same elements in the same order; those of the parameter when left out. */
  readonly dims?: readonly number[]
}

/** What a graph is built for. */
export interface GraphTarget {
  /** Element type of activations and weights: f16 only where the runtime has shader-f16. Default f32. */
  readonly compute?: 'f32' | 'f16'
  /**
   * `f16` keeps weights of two axes and more in half precision and makes them float32 anew in every run, with which it
   * computes. For a session that folds no constants, as those on WebGPU are.
   */
  readonly weights?: 'f16'
  /** Some forms are faster on one runtime than on the other; results agree. Default wasm. */
  readonly target?: 'wasm' | 'webgpu'
  /** Convolutions of many channels as products, which is faster on WebGPU and takes more memory: unfolded-conv.ts. */
  readonly unfold?: boolean
}

/** Bookkeeping of a graph under construction: names, nodes, constants, parameters. `builder.ts` adds the operators. */
export class GraphCore {
  readonly #nodes: Node[] = []
  readonly #initialisers = new Map<string, Initialiser>()
  readonly #parameters = new Map<string, ParameterUse>()
  readonly #inputs: ValueInfo[] = []
  readonly #outputs: ValueInfo[] = []
  #count = 0
  readonly compute: 'f32' | 'f16'
  readonly target: 'wasm' | 'webgpu'
  readonly unfold: boolean
  readonly #weights: 'f16' | undefined
  readonly #widened = new Map<string, Value>()

  /**
   * @param name for messages: "unet".
   * @param shapes the checkpoint's parameters.
   */
  constructor(
    readonly name: string,
    readonly shapes: ParameterShapes,
    options: GraphTarget = {},
  ) {
    this.compute = options.compute ?? 'f32'
    this.target = options.target ?? 'wasm'
    this.unfold = options.unfold ?? false
    this.#weights = options.weights
  }

  /** An input of the model; a string is a dynamic dimension. */
  input(name: string, type: ElementType, dims: readonly (number | string)[]): Value {
    this.#inputs.push({ name, type, dims })
    return { name, type, dims: dims.map((dim) => (typeof dim === 'number' ? dim : null)) }
  }

  output(name: string, value: Value, dims: readonly (number | string)[]): void {
    this.#nodes.push({ name, op: 'Identity', domain: '', inputs: [value.name], outputs: [name], attributes: {} })
    this.#outputs.push({ name, type: value.type, dims })
  }

  /** Adds a node with one output. `dims` and `type`, that of the first input when left out, describe that output. */
  op(
    op: string,
    inputs: readonly (Value | undefined)[],
    result: { readonly dims: readonly Dim[]; readonly type?: ElementType },
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Value {
    const name = `${op}_${this.#count++}`
    const names = inputs.map((input) => input?.name ?? '')
    const parameter = names.find((input) => this.#parameters.has(input))
    const label = parameter === undefined ? name : `${parameter}/${name}`
    this.#nodes.push({ name: label, op, domain, inputs: names, outputs: [name], attributes })
    return { name, type: result.type ?? inputs[0]?.type ?? this.compute, dims: result.dims }
  }

  /**
   * A parameter of the checkpoint, whose stored shape must be `dims`. Errors: `checkpoint/missing-tensor`,
   * `checkpoint/wrong-shape`.
   */
  parameter(name: string, dims: readonly number[], view: ParameterView = {}): Value {
    this.shapes.expect(name, dims)
    if (this.#weights === undefined || view.type !== undefined || dims.length < 2) return this.#use(name, dims, view)
    const kept = this.#use(name, dims, { ...view, type: this.#weights })
    const widened = this.#widened.get(kept.name) ?? this.cast(kept, this.compute)
    this.#widened.set(kept.name, widened)
    return widened
  }

  has(name: string): boolean {
    return this.shapes.has(name)
  }

  /** Numbers computed here, stored in the model. */
  constant(values: ArrayLike<number>, dims: readonly number[], type: ElementType = this.compute): Value {
    return this.#constant(`constant_${this.#count++}`, bytesOf(values, type), dims, type)
  }

  /** One number, to combine with every element of an NCHW tensor. */
  scalar(value: number, type: ElementType = this.compute): Value {
    return this.constant([value], [1, 1, 1, 1], type)
  }

  /** An int64 vector: shapes, axes. Equal ones are stored once. */
  integers(values: readonly number[]): Value {
    const name = `integers_${values.join('_')}`
    const known = this.#initialisers.has(name)
    if (known) return { name, type: 'i64', dims: [values.length] }
    return this.#constant(name, bytesOf(values, 'i64'), [values.length], 'i64')
  }

  /** x in another element type; x itself when it has it. */
  cast(x: Value, type: ElementType): Value {
    if (x.type === type) return x
    return this.op('Cast', [x], { dims: x.dims, type }, { to: { int: elementTypes[type] } })
  }

  finish(): BuiltGraph {
    return {
      graph: {
        name: this.name,
        nodes: this.#nodes,
        initialisers: [...this.#initialisers.values()],
        inputs: this.#inputs,
        outputs: this.#outputs,
      },
      parameters: [...this.#parameters.values()],
    }
  }

  #use(parameter: string, stored: readonly number[], view: ParameterView): Value {
    const rows = view.rows ?? [0, stored[0] ?? 1]
    const row = product(stored.slice(1))
    const dims = view.dims ?? [rows[1] - rows[0], ...stored.slice(1)]
    const type = view.type ?? this.compute
    const part = view.rows ? `[${rows[0]}:${rows[1]}]` : ''
    const name = `${parameter}${part}${type === this.compute ? '' : `:${type}`}`
    this.#parameters.set(name, { name, parameter, type, dims, from: rows[0] * row, count: (rows[1] - rows[0]) * row })
    return { name, type, dims }
  }

  #constant(name: string, data: Uint8Array, dims: readonly number[], type: ElementType): Value {
    this.#initialisers.set(name, { name, type, dims, data })
    return { name, type, dims }
  }
}

export const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1)

function bytesOf(values: ArrayLike<number>, type: ElementType): Uint8Array {
  if (type === 'i64') return new Uint8Array(BigInt64Array.from(Array.from(values), BigInt).buffer)
  const floats = Float32Array.from(values)
  return new Uint8Array(type === 'f16' ? f32ToF16(floats).buffer : floats.buffer)
}
