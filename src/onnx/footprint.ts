import type { BuiltGraph } from './graph.ts'
import { bytesOfInferred, infer } from './infer.ts'
import { elementBytes, type Graph, type Node } from './model.ts'

export interface Footprint {
  /** Bytes of weights. On WebGPU each convolution keeps them as it wants them, also where several share them. */
  readonly weights: number
  /** Bytes of activations that a run holds at once at most. */
  readonly peak: number
  /** Bytes of the largest tensor. */
  readonly largest: number
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
  nodes.forEach((node, i) => {
    for (const name of node.outputs) {
      const tensor = known.get(name)
      if (!tensor || tensor.type === 'i64' || constant.has(name) || owner.get(name) !== name) continue
      const bytes = bytesOfInferred(tensor)
      largest = Math.max(largest, bytes)
      memory.take(name, bytes)
    }
    for (const name of new Set([...node.inputs, ...node.outputs].map((one) => owner.get(one) ?? one))) {
      if (lastUse.get(name) === i) memory.free(name)
    }
  })
  return { weights: weightBytes(built, target), peak: memory.peak, largest }
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

interface Memory {
  readonly peak: number
  take(name: string, bytes: number): void
  free(name: string): void
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
}
