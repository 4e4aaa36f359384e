import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import { nodes } from '../../src/app/registry.ts'
import { bindServices } from '../../src/base/service.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import { parseDocument } from '../../src/graph/validate.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { checkpointOf, type Case } from '../pipelines/support/case.ts'
import { fixtureJson } from '../support/fixtures.ts'

/** Recorded cases by what their checkpoints predict. */
const CASES = {
  depth: 'ddim-trailing-n1',
  normals: 'normals-n1',
  appearance: 'appearance-n1',
  lighting: 'lighting-odd',
} as const
type Modality = keyof typeof CASES

const backend = new CpuBackend()
const runtime = await openWasmRuntime({ backend, threads: 1 })
const checkpoints = new CheckpointStore(async (choice) => {
  const files = await checkpointOf(await fixtureJson<Case>(`pipelines/${CASES[choice as Modality]}.json`))
  return { name: `The one for ${choice}`, files }
}, runtime)
const engine = new Engine({
  nodes,
  backend,
  info: { backend: 'wasm', adapter: 'test' },
  cacheBytes: 2 ** 24,
  // Nothing is bound: whatever were computed would fail in another way.
  services: bindServices([]),
  sources: {
    picture: async () => 'a',
    checkpoint: async (choice, signal) => (await checkpoints.identify(choice, signal)).id,
    factsOf: (content) => checkpoints.factsOf(content),
  },
})
afterAll(async () => {
  await engine.dispose()
  await checkpoints.close()
})

/** The example for a modality with the checkpoint `model`, and `vae` for its decoder. */
async function graph(example: Modality, model: Modality, vae: Modality): Promise<GraphDocument> {
  const text = await readFile(join(import.meta.dirname, `../../examples/${example}.json`), 'utf8')
  const { document } = parseDocument(text, nodes)
  const named = document.nodes.map((node) => {
    return node.type === 'input/load-checkpoint' ? { ...node, params: { checkpoint: model } } : node
  })
  const second = named.flatMap((node) => {
    return node.id === 'checkpoint' ? [{ ...node, id: 'second', params: { checkpoint: vae } }] : []
  })
  const links = document.links.map((link) => {
    const decodes = link.to.node === 'decode' && link.to.socket === 'checkpoint'
    return decodes ? { ...link, from: { ...link.from, node: 'second' } } : link
  })
  return { ...document, nodes: [...named, ...second], links }
}

it.each<[example: Modality, model: Modality, vae: Modality, message: string]>([
  ['depth', 'normals', 'normals', 'The one for normals predicts surface normals, not depth.'],
  ['normals', 'depth', 'depth', 'The one for depth predicts depth, not surface normals.'],
  ['appearance', 'lighting', 'lighting', 'The one for lighting predicts albedo, shading and residual, not albedo and'],
  ['lighting', 'appearance', 'appearance', 'The one for appearance predicts albedo and material, not albedo, shading'],
  ['depth', 'normals', 'depth', 'The one for normals predicts surface normals, not depth.'],
  ['depth', 'depth', 'normals', 'The one for normals predicts surface normals, not depth.'],
])('%s with the model for %s and the VAE of that for %s is refused before a thing is computed', async (...given) => {
  const [example, model, vae, message] = given
  const document = await graph(example, model, vae)
  const error = { code: 'node/wrong-modality', node: 'decode', message: expect.stringContaining(message) }
  const states = await engine.update(document)
  expect(states.get('decode')).toMatchObject({ phase: 'blocked', error })
  for (const { id, type } of document.nodes) {
    if (type === 'output/view') expect(states.get(id)).toMatchObject({ phase: 'blocked', error })
  }
  expect(states.get('denoise')).toMatchObject({ phase: 'stale' })
  await expect(engine.run(document)).rejects.toMatchObject(error)
})

it.each(Object.keys(CASES) as Modality[])('%s is accepted with its own model', async (modality) => {
  const states = await engine.update(await graph(modality, modality, modality))
  expect([...states.values()].map(({ phase }) => phase)).not.toContain('blocked')
})
