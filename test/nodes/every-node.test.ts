import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { TARGETS, type Modality } from '../../models/checkpoint/modality.ts'
import { nodes } from '../../src/app/registry.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { fitParam } from '../../src/graph/params.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import { typesWith } from '../../src/graph/groups/types.ts'
import { defaultsOf, OutputFiles, tensorsOf, type InputPort, type PortValue } from '../../src/node/index.ts'
import { Bench, frameOf, pictureService, type Call, type Called } from './support.ts'
import { toyCheckpoints, toyFor } from './toy-checkpoint.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'

const ROOT = join(import.meta.dirname, '../..')
const all = [...nodes.values()]

describe.each(all.map((node) => [node.type, node] as const))('%s', (type, node) => {
  it('explains itself: title, sockets, parameters', () => {
    const texts = [
      node.title,
      node.about,
      ...[node.inputs, node.outputs].flatMap((ports) => Object.values(ports).map(({ about }) => about)),
    ]
    for (const text of texts) expect(text.trim().length).toBeGreaterThan(3)
    for (const param of Object.values(node.params)) {
      expect(param.label.length).toBeGreaterThan(1)
      expect(param.about).toMatch(/\.$/)
    }
    expect(node.about).toMatch(/\.$/)
  })

  it('has defaults that it accepts', () => {
    for (const param of Object.values(node.params)) {
      if (param.widget === 'picture') continue
      expect(fitParam(param, param.default)).toEqual({ value: param.default })
    }
  })

  it('has parameters that depend only on what its choices and switches may be', () => {
    for (const { when } of Object.values(node.params)) {
      if (when === undefined) continue
      const other = node.params[when.param]
      const values = other?.widget === 'choice' ? other.options : other?.widget === 'toggle' ? [true, false] : []
      expect(values).toEqual(expect.arrayContaining([...when.is]))
    }
  })

  it('is pure: two runs are equal, inputs stay, and every tensor is freed', async () => {
    const bench = new Bench()
    const call = callOf(type, node.inputs, bench)
    const inputs = Object.values(call.inputs ?? {}).flat()
    const before = contentOf(inputs)
    const held = bench.backend.bytes
    const [first, second] = [await bench.run(type, call), await bench.run(type, call)]
    expect(Object.keys(first.outputs).sort()).toEqual(Object.keys(node.outputs).sort())
    expect(contentOf(Object.values(first.outputs))).toEqual(contentOf(Object.values(second.outputs)))
    expect(contentOf(inputs)).toEqual(before)
    for (const called of [first, second]) free(called)
    expect(bench.backend.bytes).toBe(held)
    for (const value of inputs) for (const tensor of tensorsOf(value)) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })

  it('is used by an example', async () => {
    const files = (await readdir(join(ROOT, 'examples'))).filter((name) => name.endsWith('.json'))
    const graphs = await Promise.all(files.map((name) => readFile(join(ROOT, 'examples', name), 'utf8')))
    expect(graphs.some((graph) => graph.includes(`"type": "${type}"`))).toBe(true)
  })
})

it('finds a node in every file of nodes/, and there are the first thirteen at least', async () => {
  const files = (await readdir(join(ROOT, 'nodes'), { recursive: true })).filter((name) => name.endsWith('.ts'))
  expect(files.map((name) => name.replaceAll('\\', '/').replace('.ts', '')).sort()).toEqual(
    all.map(({ type }) => type).sort(),
  )
  expect(all.length).toBeGreaterThanOrEqual(13)
})

function free({ outputs }: Called): void {
  for (const value of Object.values(outputs)) for (const tensor of tensorsOf(value)) tensor.release()
}

/** Plain data of values: kinds, sizes, numbers. */
const contentOf = (values: readonly PortValue[]): unknown =>
  values.map((value) => ({
    ...value,
    tensor: undefined,
    tensors: tensorsOf(value).map((tensor) => [tensor.dims, tensor.location === 'cpu' ? [...tensor.data] : []]),
  }))

/** What the decoders of other than depth need a checkpoint for. */
const MODALITIES: Readonly<Record<string, Modality>> = {
  'normals/vae-decode': 'normals',
  'intrinsics/decode-appearance': 'appearance',
  'intrinsics/decode-lighting': 'lighting',
}

/** Inputs of the right kinds, a parameter for what has no default, and the services. */
function callOf(type: string, inputs: Readonly<Record<string, InputPort>>, bench: Bench): Call {
  const params: JsonObject = type === 'input/load-image' ? { picture: { from: 'example', name: 'x' } } : {}
  const modality = MODALITIES[type] ?? 'depth'
  return {
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, port]) => [
        name,
        port.each ? [1, 2, 3].map((salt) => value(port, bench, salt)) : value(port, bench, 1, TARGETS[modality].length),
      ]),
    ),
    params,
    services: [
      [Checkpoints, toyCheckpoints(bench.backend, toyFor({ modality }))],
      pictureService({ width: 3, height: 2, channels: 3, data: Uint8Array.from({ length: 18 }, (_, i) => i) }),
      [OutputFiles, { write: async () => undefined }],
    ],
  }
}

function value(port: InputPort, bench: Bench, salt: number, targets = 1): PortValue {
  const kind = port.kind === 'any' ? port.of[0] : port.kind
  const of = (channels: number, h: number, w: number) =>
    bench.tensor([1, channels, h, w], (i) => (((i * 7919 * salt) % 101) + 1) / 102)
  switch (kind) {
    case 'image':
      return { kind, tensor: of(3, 16, 24), frame: frameOf(24, 16) }
    case 'latent':
      return { kind, tensor: of(4 * targets, 2, 3), frame: frameOf(24, 16), factor: 8 }
    case 'checkpoint':
      return { kind, id: 'toy', name: 'Toy' }
    case 'depth':
      return { kind, tensor: of(1, 16, 24), frame: frameOf(24, 16), meaning: AFFINE_DEPTH }
    case 'normals':
      return { kind, tensor: of(3, 16, 24), frame: frameOf(24, 16) }
    case 'uncertainty':
    case 'mask':
      return { kind, tensor: of(1, 16, 24), frame: frameOf(24, 16) }
    default:
      throw new Error(`No value of kind ${kind ?? ''} here yet.`)
  }
}

it('starts every example from its node defaults: no parameter is missing', async () => {
  for (const name of (await readdir(join(ROOT, 'examples'))).filter((file) => file.endsWith('.json'))) {
    const graph = JSON.parse(await readFile(join(ROOT, 'examples', name), 'utf8')) as GraphDocument
    const types = typesWith(nodes, graph.groups)
    const parts = (graph.groups ?? []).flatMap((group) => group.nodes)
    for (const { type, params } of [...graph.nodes, ...parts]) {
      expect(Object.keys(params).sort(), `${name}: ${type}`).toEqual(
        Object.keys(defaultsOf(types.get(type)?.params ?? {})).sort(),
      )
    }
  }
})
