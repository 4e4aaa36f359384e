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
} from '../../src/node/index.ts'
import { Pictures } from '../../src/node/index.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { count, type Dims, type Tensor } from '../../src/tensor/tensor.ts'

export interface Call {
  readonly inputs?: Readonly<Record<string, PortValue | readonly PortValue[]>>
  readonly params?: Readonly<Record<string, Json>>
  readonly member?: Member
  readonly services?: readonly (readonly [Service<unknown>, unknown])[]
}

export interface Called {
  readonly outputs: Readonly<Record<string, PortValue>>
  readonly warnings: readonly string[]
  readonly previews: readonly PortValue[]
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

  async run(
    type: string,
    { inputs = {}, params = {}, member = { index: 0, count: 1 }, services = [] }: Call = {},
  ): Promise<Called> {
    const node: AnyNode | undefined = nodes.get(type)
    if (node === undefined) throw new Error(`No node ${type}.`)
    const warnings: string[] = []
    const previews: PortValue[] = []
    const given = { ...defaultsOf(node.params), ...params }
    const outputs = await node.run(inputs as never, given as never, {
      backend: this.backend,
      signal: new AbortController().signal,
      member,
      progress: () => undefined,
      warn: (message) => warnings.push(message),
      preview: (value) => previews.push(value),
      use: (key) => bindServices(services).use(key),
    })
    return { outputs: outputs as Called['outputs'], warnings, previews }
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
