import { join } from 'node:path'
import { Checkpoints } from '../../../models/checkpoint/checkpoint.ts'
import { CheckpointStore } from '../../../models/checkpoint/store.ts'
import { TARGETS } from '../../../models/checkpoint/modality.ts'
import { nodes } from '../../../src/app/registry.ts'
import { bindServices } from '../../../src/base/service.ts'
import { Engine } from '../../../src/engine/engine.ts'
import {
  defineNode,
  each,
  integer,
  latent,
  Pictures,
  type AnyNode,
  type DecodedPicture,
} from '../../../src/node/index.ts'
import type { OnnxRuntime } from '../../../src/onnx/runtime.ts'
import { nodeFolder } from '../../../src/weights/node-folder.ts'
import { fixtureJson, FIXTURES } from '../../support/fixtures.ts'
import { checkpointOf, floats, rawTensors, type Case, type PipelineCall, type RawTensor } from './case.ts'
import { documentOf, ENSEMBLE } from './document.ts'

export interface CaseResult {
  /** Depth, or whatever else `modality` says; of several targets, one after the other. */
  readonly prediction: Float32Array
  readonly uncertainty: Float32Array
  /** The prediction of each member before alignment, and its latent. */
  readonly members: readonly Float32Array[]
  readonly latents: readonly Float32Array[]
}

/** What a case runs on. */
export interface CaseParts {
  readonly picture: () => DecodedPicture
  /** Nodes beside ours, or in their place. */
  readonly nodes: readonly (readonly [string, AnyNode])[]
}

/** The checkpoints of recorded cases, each by its case's name, and VAEs by their folder. Those whose files are equal share their sessions. */
export const caseCheckpoints = (runtime: OnnxRuntime): CheckpointStore =>
  new CheckpointStore(
    async (name) => ({
      name,
      files: name.startsWith('checkpoints/')
        ? await nodeFolder(join(FIXTURES, name))
        : await checkpointOf(await fixtureJson<Case>(`pipelines/${name}.json`)),
    }),
    runtime,
  )

/** Runs a recorded case as a graph through the engine, on a store that stays open. */
export async function runCase(of: Case, checkpoints: CheckpointStore): Promise<CaseResult> {
  const tensors = await rawTensors(`pipelines/${of.tensors}`)
  const picture = await pictureOf(of)
  return runGraph(of, checkpoints, {
    picture: () => picture,
    nodes: [['test/given-noise', givenNoise(of, tensors)]],
  })
}

/** Runs the graph of a pipeline call, whose checkpoint is `of.name`, through the engine. No tensor is left behind. */
export async function runGraph(of: PipelineCall, checkpoints: CheckpointStore, parts: CaseParts): Promise<CaseResult> {
  const { runtime } = checkpoints
  const { modality = 'depth' } = of
  const { socket } = ENSEMBLE[modality]
  const targets: readonly string[] = TARGETS[modality]
  const ends = targets.flatMap((target) => [`match-${target}`, `match-uncertainty-${target}`])
  const registry = new Map([...nodes, ...parts.nodes])
  const engine = new Engine({
    nodes: registry,
    backend: runtime.backend,
    info: { backend: 'wasm', adapter: 'test' },
    cacheBytes: 2 ** 30,
    services: bindServices([
      [Checkpoints, checkpoints],
      [Pictures, { load: async () => parts.picture() }],
    ]),
    sources: {
      picture: async () => of.name,
      checkpoint: async (choice, signal) => (await checkpoints.identify(choice, signal)).id,
    },
  })
  const value = async (node: string, socket: string, member = 0): Promise<Float32Array> => {
    const found = engine.value(node, socket, member)
    if (found === undefined || !('tensor' in found)) throw new Error(`${node}.${socket} holds nothing.`)
    const tensor = found.tensor.retain()
    return runtime.backend.read(tensor).finally(() => tensor.release())
  }
  /** Of all targets, one after the other, as the pipeline gives them. */
  const joined = async (of: (target: string) => Promise<Float32Array>): Promise<Float32Array> => {
    const parts = await Promise.all(targets.map(of))
    return Float32Array.from(parts.flatMap((part) => [...part]))
  }
  try {
    const { failed = [] } = await engine.run(documentOf(of, registry), { targets: ends })
    if (failed.length > 0) throw new Error(JSON.stringify(failed))
    const each = Array.from({ length: of.ensemble_size }, (_, member) => member)
    return {
      prediction: await joined((target) =>
        of.match_input_resolution ? value(`match-${target}`, 'value') : value(`align-${target}`, socket),
      ),
      uncertainty: await joined((target) =>
        of.match_input_resolution
          ? value(`match-uncertainty-${target}`, 'value')
          : value(`align-${target}`, 'uncertainty'),
      ),
      members: await Promise.all(each.map((member) => joined((target) => value('decode', target, member)))),
      latents: await Promise.all(each.map((member) => value('denoise', 'latent', member))),
    }
  } finally {
    await engine.dispose()
  }
}

/** Noise that a case brings, one row per member. */
const givenNoise = ({ generator }: Case, tensors: ReadonlyMap<string, RawTensor>): AnyNode =>
  defineNode({
    type: 'test/given-noise',
    version: 1,
    title: 'Given noise',
    about: 'The noise of a fixture.',
    inputs: { like: latent('Its size.') },
    params: { members: integer({ label: 'Members', about: 'How many rows.', default: 1, min: 1, max: 10 }) },
    outputs: { noise: each(latent('One row.')) },
    expand: { count: ({ members }) => members, key: (_params, { index }) => index },
    async run({ like }, _params, ctx) {
      const rows = generator.kind === 'given' ? tensors.get(generator.tensor) : undefined
      if (rows === undefined) throw new Error('The fixture brings no noise.')
      const n = like.tensor.dims.reduce((product, d) => product * d, 1)
      const row = floats(rows).slice(n * ctx.member.index, n * (ctx.member.index + 1))
      return { noise: { ...like, tensor: ctx.backend.upload(row, like.tensor.dims) } }
    },
  })

/** The picture of a case, as a decoder gives it. */
export async function pictureOf({ image }: Case): Promise<DecodedPicture> {
  const picture = (await rawTensors('pipelines/pictures.safetensors')).get(image)
  if (picture === undefined) throw new Error(`No picture ${image}.`)
  const [, , height = 0, width = 0] = picture.dims
  const pixels = width * height
  const data = new Uint8Array(3 * pixels)
  for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) data[3 * i + c] = picture.bytes[c * pixels + i] ?? 0
  return { width, height, channels: 3, data }
}
