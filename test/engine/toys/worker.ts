import { AppError } from '../../../src/base/errors.ts'
import type { EngineEvents } from '../../../src/engine/client.ts'
import { EngineHost } from '../../../src/engine/host.ts'
import type { FromWorker, ToWorker } from '../../../src/engine/protocol.ts'
import type { Tier } from '../../../src/engine/results/tier.ts'
import { createEngineClient } from '../../../src/engine/worker-client.ts'
import { CpuBackend } from '../../../src/tensor/cpu.ts'
import { toys } from './nodes.ts'
import { stepper } from './stepper.ts'

/** Runs a real host behind the part of `Worker` that the client uses; it can be made to hang or to lose its device. */
export class ToyWorker {
  static made: ToyWorker[] = []
  static hang = false
  static tiers: readonly Tier[] = []
  /** Called at every point where a toy waits. */
  static tick = async (): Promise<void> => undefined
  onerror: ((event: { message: string }) => void) | null = null
  onmessage: ((event: { data: FromWorker }) => void) | null = null
  readonly got: ToWorker[] = []
  readonly backend = new CpuBackend()
  host: EngineHost | undefined
  /** What a model may take, as the page said. */
  limit: number | undefined
  terminated = false
  #held: ToWorker[] | undefined

  constructor() {
    ToyWorker.made.push(this)
    queueMicrotask(() => {
      this.host = new EngineHost({
        nodes: new Map([
          ...toys({ ran: [], tick: () => ToyWorker.tick() }),
          ['toy/stepper', stepper([], () => ToyWorker.tick())],
        ]),
        backend: this.backend,
        services: {
          use: () => {
            throw new Error('none')
          },
        },
        sources: { picture: async ({ name }) => name, checkpoint: async (id) => id },
        info: { backend: 'webgpu', adapter: 'toy' },
        cacheBytes: 1e9,
        tiers: ToyWorker.tiers,
        port: { post: (message) => this.say(message) },
        checkpoints: [],
        renderPreview: async () => ({
          width: 1,
          height: 1,
          data: new Uint8ClampedArray(4),
          values: Float32Array.of(0),
        }),
        renderSpread: async () => ({ width: 1, height: 1, data: new Uint8ClampedArray(4) }),
        renderDifference: async () => ({ width: 1, height: 1, data: new Uint8ClampedArray(4) }),
        makeBitmap: async ({ width, height }): Promise<ImageBitmap> => ({ width, height, close: () => undefined }),
        memory: {
          needs: async ({ nodes }) => nodes.slice(0, 1).map(({ id }) => [id, { side: 8, bytes: this.limit ?? 0 }]),
          limit: (bytes) => void (this.limit = bytes),
        },
        addPicture: () => undefined,
        async addCheckpoint({ name }) {
          if (name === 'none') throw new AppError('checkpoint/missing-file', 'It is none.')
          return { id: `folder:${name}`, name, about: '', bytes: 0 }
        },
      })
    })
  }

  say(message: FromWorker): void {
    // As with a real Worker, nothing arrives before what is being done now is done.
    queueMicrotask(() => {
      if (!this.terminated) this.onmessage?.({ data: message })
    })
  }

  postMessage(message: ToWorker): void {
    this.got.push(message)
    if (this.#held) this.#held.push(message)
    else if (!ToyWorker.hang) this.host?.receive(message)
  }

  /** Hears nothing until `go`: it is busy. */
  hold(): void {
    this.#held = []
  }

  go(): void {
    for (const message of this.#held ?? []) this.host?.receive(message)
    this.#held = undefined
  }

  terminate(): void {
    this.terminated = true
  }
}

/** A client of toy Workers, and what it tells. */
export function listen() {
  const heard: string[] = []
  const last: { states?: ReadonlyMap<string, { phase: string }> } = {}
  const previews = new Set<string>()
  const seen: string[] = []
  const told: string[] = []
  const events: EngineEvents = {
    ready: () => heard.push('ready'),
    states: (states) => void (last.states = states),
    begun: () => heard.push('begun'),
    preview: ({ node, socket, full }) => void previews.add(`${node}.${socket}${full ? ' full' : ''}`),
    members: ({ node, keys, shownOn }) =>
      void seen.push(`${node}: ${keys.length} members on ${shownOn.map((on) => on.node).join(' and ')}`),
    member: ({ member }) => void seen.push(`member ${member}`),
    spread: ({ keys }) => void seen.push(`spread of ${keys.length}`),
    relief: ({ of }) => void seen.push(`relief of ${of.node}`),
    progress: () => undefined,
    memory: (needs) => void needs.forEach((need, choice) => told.push(`${choice} ${need.bytes}`)),
    warned: (node) => heard.push(`warned ${node}`),
    file: (name) => heard.push(`file ${name}`),
    finished: () => heard.push('finished'),
    failed: ({ code }) => heard.push(`failed ${code}`),
    cancelled: () => heard.push('cancelled'),
    restarted: (_, repeats) => heard.push(repeats ? 'restarted, repeats' : 'restarted'),
  }
  const backends: string[] = []
  const make = (backend: string): Worker => {
    backends.push(backend)
    return new ToyWorker() as unknown as Worker
  }
  const client = createEngineClient(make, events, { chosen: (backend) => heard.push(`chosen ${backend}`) })
  return { client, heard, last, previews, seen, told, backends }
}
