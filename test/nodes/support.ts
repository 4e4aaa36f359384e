import { nodes } from '../../src/app/registry.ts'
import type { Json } from '../../src/base/json.ts'
import { bindServices, type Service } from '../../src/base/service.ts'
import {
  defaultsOf,
  type AnyNode,
  type DecodedPicture,
  type Frame,
  type Member,
  type PortValue,
  tensorsOf,
  type Trail,
  type Waypoint,
} from '../../src/node/index.ts'
import { Pictures } from '../../src/node/index.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { count, type Dims, type Tensor } from '../../src/tensor/tensor.ts'

export interface Call {
  readonly inputs?: Readonly<Record<string, PortValue | readonly PortValue[]>>
  readonly params?: Readonly<Record<string, Json>>
  readonly member?: Member
  readonly services?: readonly (readonly [Service<unknown>, unknown])[]
  readonly trail?: Steps
  readonly signal?: AbortSignal
  progress?(done: number): void
}

export interface Called {
  readonly outputs: Readonly<Record<string, PortValue>>
  readonly warnings: readonly string[]
}

/** The steps that nodes leave, for as long as a test wants them. */
export class Steps implements Trail {
  readonly kept = new Map<number, readonly Waypoint[]>()

  async resume(of: number) {
    for (let done = of - 1; done > 0; done--) {
      const states = this.kept.get(done)?.map(({ state }) => state)
      if (states !== undefined) return { done, states }
    }
    return undefined
  }

  async reached(done: number, _of: number, members: readonly Waypoint[]): Promise<void> {
    this.kept.set(done, members)
  }

  /** The first number of what each step would have come to. */
  clean(): readonly { readonly done: number; readonly clean: number }[] {
    return [...this.kept].map(([done, [first]]) => {
      const [value] = Object.values(first?.outputs ?? {})
      const clean = value && 'tensor' in value && value.tensor.location === 'cpu' ? value.tensor.data[0] : undefined
      return { done, clean: clean ?? NaN }
    })
  }

  release(): void {
    for (const { state, outputs } of [...this.kept.values()].flat())
      for (const value of [state, ...Object.values(outputs)]) for (const tensor of tensorsOf(value)) tensor.release()
    this.kept.clear()
  }
}

/** A backend, and nodes run on it as the engine would. */
export class Bench {
  readonly backend = new CpuBackend()

  tensor(dims: Dims, value: (i: number) => number): Tensor {
    return this.backend.upload(
      Float32Array.from({ length: count(dims) }, (_, i) => value(i)),
      dims,
    )
  }

  async run(type: string, call: Call = {}): Promise<Called> {
    const node: AnyNode | undefined = nodes.get(type)
    if (node === undefined) throw new Error(`No node ${type}.`)
    const { inputs = {}, params = {}, member = { index: 0, count: 1 }, services = [], signal, progress } = call
    const steps = new Steps()
    const warnings: string[] = []
    const given = { ...defaultsOf(node.params), ...params }
    const outputs = await node.run(inputs as never, given as never, {
      backend: this.backend,
      signal: signal ?? new AbortController().signal,
      member,
      progress: (done) => progress?.(done),
      warn: (message) => warnings.push(message),
      trail: call.trail ?? steps,
      use: (key) => bindServices(services).use(key),
    })
    steps.release()
    return { outputs: outputs as Called['outputs'], warnings }
  }
}

export const frameOf = (width: number, height: number): Frame => ({
  original: { width, height },
  content: { width, height },
})

export const oneValue = <K extends PortValue['kind']>(
  called: Called,
  socket: string,
  kind: K,
): Extract<PortValue, { kind: K }> => {
  const value = called.outputs[socket]
  if (value?.kind !== kind) throw new Error(`${socket} holds ${value?.kind ?? 'nothing'}, not ${kind}.`)
  return value as Extract<PortValue, { kind: K }>
}

export const data = (value: { readonly tensor: Tensor }): Float32Array => {
  if (value.tensor.location !== 'cpu') throw new Error('Not on the CPU.')
  return value.tensor.data
}

export const pictureService = (picture: DecodedPicture) => [Pictures, { load: async () => picture }] as const
