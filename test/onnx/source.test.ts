import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'
import { unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { modelSource } from '../../src/onnx/source.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { openWeights } from '../../src/weights/tensors.ts'
import { FIXTURES, fixtureJson } from '../support/fixtures.ts'

async function unet(checkpoint: string) {
  const root = join(FIXTURES, 'checkpoints', checkpoint)
  const weights = await openWeights(await nodeFolder(root), 'unet')
  const config = readUnetConfig(await fixtureJson(`checkpoints/${checkpoint}/unet/config.json`))
  const text = new Float32Array(2 * config.crossAttentionDim)
  const source = await modelSource(unetGraph(config, weights, { text }), weights)
  const parameters = weights.names.reduce(
    (sum, name) => sum + weights.get(name).shape.reduce((all, n) => all * n, 1),
    0,
  )
  return { root, source, parameters, paths: source.external.map(({ path }) => path) }
}

it.each([
  ['tiny-ddim-trailing', 1],
  ['tiny-ddim-leading', 5],
])('initialisers of %s point into its %i safetensors files, which are handed on as they are', async (name, files) => {
  const { root, source, parameters, paths } = await unet(name)
  expect(paths).toHaveLength(files)
  for (const { path, data } of source.external) {
    expect(Buffer.compare(data as Uint8Array, await readFile(join(root, path)))).toBe(0)
  }
  // What is left in the model: operators, and constants such as the prompt and the ones of the norms.
  expect(4 * parameters).toBeGreaterThan(100_000)
  expect(source.proto.length).toBeLessThan(4 * parameters)
  const text = new TextDecoder('latin1').decode(source.proto)
  for (const path of paths) expect(text).toContain(path)
})

it('half precision for a runtime without it is converted, once, to what the graph uses', async () => {
  const { source, parameters, paths } = await unet('tiny-fp16')
  expect(paths).toEqual(['converted'])
  expect(source.external.map(({ data }) => (data as Uint8Array).byteLength)).toEqual([4 * parameters])
})
