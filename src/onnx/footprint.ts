import type { BuiltGraph } from './graph.ts'
import { bytesOfInferred, infer, type Inferred } from './infer.ts'
import { elementBytes, type Graph, type Node } from './model.ts'

export interface Footprint {
  /** Bytes of weights. On WebGPU each convolution keeps them as it wants them, also where several share them. */
  readonly weights: number
  /** Bytes of activations that a run holds at once at most. */
  readonly peak: number
  /** Bytes of the largest tensor. */
  readonly largest: number
  /** False where an attention has more products than WebAssembly can count, however much memory there is. */
  readonly countable: boolean
}

/**
 * The memory that a run of a graph takes beside its weights, for inputs of these dimensions, worked out by allocating as
 * the runtime does. A tensor is there from the node that makes it to the last one that reads it; reshaping copies nothing.
 *
 * On WebGPU onnxruntime-web 1.30 takes buffers of certain sizes only (cache mode `bucket`) and keeps those of up to 160 MiB.
 */
export function footprint(
  built: BuiltGraph,
  inputs: Readonly<Record<string, readonly number[]>>,
  target: 'wasm' | 'webgpu',
): Footprint {
  const known = infer(built, inputs)
  const { initialisers } = built.graph
  const nodes = inOrder(built.graph)
  const constant = new Set([...initialisers, ...built.parameters].map(({ name }) => name))
  const owner = new Map<string, string>()
  const lastUse = new Map<string, number>()
  nodes.forEach((node, i) => {
    // Sessions on WebGPU fold no constants.
    if (target === 'wasm' && node.inputs.every((name) => name === '' || constant.has(name)))
      for (const name of node.outputs) constant.add(name)
    const [source = '', made = ''] = [node.inputs[0], node.outputs[0]]
    owner.set(made, copiesNothing(node) ? (owner.get(source) ?? source) : made)
    for (const name of [...node.inputs, ...node.outputs]) lastUse.set(owner.get(name) ?? name, i)
  })
  const memory = target === 'webgpu' ? new BucketedMemory() : new ExactMemory()
  let largest = 0
  let countable = true
  nodes.forEach((node, i) => {
    for (const name of node.outputs) {
      const tensor = known.get(name)
      if (!tensor || tensor.type === 'i64' || constant.has(name) || owner.get(name) !== name) continue
      const bytes = bytesOfInferred(tensor)
      largest = Math.max(largest, bytes)
      memory.take(name, bytes)
    }
    if (node.op === 'MultiHeadAttention') {
      const attention = attentionOf(node, known)
      memory.borrow(workspace(attention, target))
      if (target === 'wasm' && products(attention) >= MOST_PRODUCTS) countable = false
    }
    for (const name of new Set([...node.inputs, ...node.outputs].map((one) => owner.get(one) ?? one))) {
      if (lastUse.get(name) === i) memory.free(name)
    }
  })
  return { weights: weightBytes(built, target), peak: memory.peak, largest, countable }
}

function weightBytes({ graph, parameters }: BuiltGraph, target: 'wasm' | 'webgpu'): number {
  const kept = new Map(parameters.map(({ name }) => [name, 1]))
  if (target === 'webgpu') {
    for (const name of kept.keys()) kept.set(name, 0)
    for (const { op, inputs } of graph.nodes) {
      for (const name of inputs) {
        const before = kept.get(name)
        if (before !== undefined) kept.set(name, op === 'Conv' ? before + 1 : Math.max(1, before))
      }
    }
  }
  return parameters.reduce((sum, { name, count, type }) => sum + count * elementBytes[type] * (kept.get(name) ?? 1), 0)
}

/** The runtime's order: from the outputs back, of a node's inputs first the one that was added to the graph last. */
function inOrder({ nodes }: Graph): readonly Node[] {
  const makers = new Map(nodes.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)))
  const done = new Set<number>()
  const order: Node[] = []
  const read = new Set(nodes.flatMap(({ inputs }) => inputs))
  const open = nodes.flatMap(({ outputs }, i) => (outputs.some((name) => read.has(name)) ? [] : [i]))
  const entered = new Set<number>()
  while (open.length > 0) {
    const index = open.at(-1) ?? 0
    const node = nodes[index]
    if (done.has(index) || !node || entered.has(index)) {
      open.pop()
      if (node && !done.has(index)) {
        done.add(index)
        order.push(node)
      }
      continue
    }
    entered.add(index)
    const before = node.inputs.flatMap((name) => makers.get(name) ?? []).filter((maker) => !entered.has(maker))
    open.push(...before.sort((a, b) => a - b))
  }
  return order
}

const copiesNothing = ({ op }: Node): boolean => op === 'Reshape' || op === 'Identity'

/** Sizes of softmax(q·kᵀ)·v over q [B,N,C], k and v [B,M,C]. */
interface Attention {
  readonly batch: number
  readonly heads: number
  readonly channels: number
  readonly queries: number
  readonly keys: number
}

function attentionOf({ inputs, attributes }: Node, known: ReadonlyMap<string, Inferred>): Attention {
  const [q, k] = inputs.map((name) => known.get(name)?.dims)
  const [batch = 1, queries = 1, channels = 1] = q ?? []
  const { num_heads: heads } = attributes
  return { batch, heads: heads && 'int' in heads ? heads.int : 1, channels, queries, keys: k?.[1] ?? 1 }
}

/** onnxruntime counts those of a head, 2·N·M·C, in a signed number of 32 bits (attention_cpu_base.h). */
const products = ({ channels, heads, queries, keys }: Attention): number => (2 * queries * keys * channels) / heads
const MOST_PRODUCTS = 2 ** 31

/**
 * Bytes of what an attention has for itself while it computes. On WebGPU the fused one copies all three; where heads
 * do not come in fours of channels, and on WebAssembly, all scores are stored, [B,heads,N,M], and q, k and v head by head.
 */
function workspace({ batch, heads, channels, queries, keys }: Attention, target: 'wasm' | 'webgpu'): readonly number[] {
  const bytes = (...dims: readonly number[]): number => dims.reduce((all, n) => all * n, elementBytes.f32)
  const ofKeys = bytes(batch, keys, channels)
  const ofQueries = bytes(batch, queries, channels)
  if (target === 'webgpu' && (channels / heads) % 4 === 0) return [ofQueries, ofKeys, ofKeys]
  return [bytes(batch, heads, queries, keys), ofQueries, ofKeys, ofKeys]
}

interface Memory {
  readonly peak: number
  take(name: string, bytes: number): void
  free(name: string): void
  /** Takes tensors of so many bytes and frees them. */
  borrow(sizes: readonly number[]): void
}

class ExactMemory implements Memory {
  readonly #sizes = new Map<string, number>()
  #now = 0
  peak = 0

  take(name: string, bytes: number): void {
    this.#sizes.set(name, bytes)
    this.#now += bytes
    this.peak = Math.max(this.peak, this.#now)
  }

  free(name: string): void {
    this.#now -= this.#sizes.get(name) ?? 0
    this.#sizes.delete(name)
  }

  borrow(sizes: readonly number[]): void {
    this.peak = Math.max(this.peak, this.#now + sizes.reduce((sum, bytes) => sum + bytes, 0))
  }
}

const KI = 2 ** 10
/** Sizes of onnxruntime's buffers (webgpu/buffer_manager.cc), in KiB. */
const BUCKETS = [
  1 / 16,
  1 / 8,
  1 / 4,
  1 / 2,
  2,
  4,
  8,
  16,
  32,
  64,
  128,
  256,
  512,
  1024,
  2048,
  4096,
  8192,
  12288,
  16384,
  25600,
  32768,
  43200,
  57600,
  65536,
  131072,
  163840,
].map((size) => size * KI)

class BucketedMemory implements Memory {
  readonly #sizes = new Map<string, number>()
  readonly #ready = new Map<number, number>()
  #now = 0
  peak = 0

  take(name: string, bytes: number): void {
    const size = BUCKETS.find((bucket) => bucket >= bytes) ?? bytes
    this.#sizes.set(name, size)
    const ready = this.#ready.get(size) ?? 0
    if (ready > 0) return void this.#ready.set(size, ready - 1)
    this.#now += size
    this.peak = Math.max(this.peak, this.#now)
  }

  free(name: string): void {
    const size = this.#sizes.get(name)
    this.#sizes.delete(name)
    if (size === undefined) return
    if (size > (BUCKETS.at(-1) ?? 0)) this.#now -= size
    else this.#ready.set(size, (this.#ready.get(size) ?? 0) + 1)
  }

  borrow(sizes: readonly number[]): void {
    sizes.forEach((bytes, i) => this.take(`workspace ${i}`, bytes))
    sizes.forEach((_, i) => this.free(`workspace ${i}`))
  }
}
