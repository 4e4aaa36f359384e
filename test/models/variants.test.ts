import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readVaeConfig } from '../../models/architectures/autoencoder-config.ts'
import { klDecoderGraph, klEncoderGraph } from '../../models/architectures/autoencoder-kl.ts'
import type { ConfigJson } from '../../models/architectures/config.ts'
import { timestepEmbedding } from '../../models/architectures/timestep-embedding.ts'
import { foldCrossAttentions, unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'
import type { BuiltGraph } from '../../src/onnx/graph.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { modelSource } from '../../src/onnx/source.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { memoryFiles } from '../../src/weights/files.ts'
import { openWeights, type WeightSet } from '../../src/weights/tensors.ts'
import { restore, type Recipe } from '../pipelines/support/published.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference } from '../support/fixtures.ts'
import { splitChannels } from './support/forward.ts'

interface Variant {
  readonly name: string
  readonly config: ConfigJson
  readonly recipe: Recipe
}

const { unet, vae } = await fixtureJson<{
  readonly unet: readonly (Variant & { readonly t: number })[]
  readonly vae: readonly Variant[]
}>('models/variants.json')
const recorded = await fixtureTensors('models/variants.safetensors')

/** Configs that no checkpoint of the fixtures has, with the weights that diffusers gives them at first. */
describe('configs of other fine-tunes', () => {
  const backend = new CpuBackend()
  let runtime: OnnxRuntime
  beforeAll(async () => {
    runtime = await openWasmRuntime({ backend, threads: 1 })
  })
  afterAll(() => expect(backend.bytes).toBe(0))

  const weightsOf = ({ recipe }: Variant): Promise<WeightSet> =>
    openWeights(
      memoryFiles('variant', new Map([['unet/diffusion_pytorch_model.safetensors', restore(recipe)]])),
      'unet',
    )

  const upload = async (name: string): Promise<Tensor> => backend.upload(await recorded.f32(name), recorded.dims(name))

  /** The one output of a model; the inputs are released. */
  async function run(built: BuiltGraph, weights: WeightSet, inputs: Readonly<Record<string, Tensor>>) {
    const session = await runtime.create(await modelSource(built, weights))
    const [output] = Object.values(await session.run(inputs))
    if (output === undefined) throw new Error('No result.')
    const values = (await backend.read(output)).slice()
    for (const tensor of [output, ...Object.values(inputs)]) tensor.release()
    await session.release()
    return values
  }

  it.each(unet.flatMap((one) => [true, false].map((fold) => [one.name, fold, one] as const)))(
    'U-Net "%s", cross-attention folded: %s',
    async (name, fold, variant) => {
      const config = readUnetConfig(variant.config)
      const weights = await weightsOf(variant)
      const text = await recorded.f32('text')
      const folded = fold ? { folded: await foldCrossAttentions(config, weights, text) } : {}
      const [batch = 1, channels = 8, height = 1, width = 1] = recorded.dims(`${name}.x`)
      const [image, depth] = splitChannels(await recorded.f32(`${name}.x`), batch, channels * height * width)
      const dims = [batch, channels / 2, height, width]
      const [first = 0] = config.channels
      const time = timestepEmbedding(variant.t, first, config.flipSinToCos, config.frequencyShift)
      const predicted = await run(unetGraph(config, weights, { text, ...folded }), weights, {
        image_latent: backend.upload(image, dims),
        noisy_latent: backend.upload(depth, dims),
        time: backend.upload(time, [1, first]),
      })
      expect(maxAbsDifference(predicted, await recorded.f32(`${name}.v`))).toBeLessThan(2e-5)
    },
  )

  it.each(vae.map((one) => [one.name, one] as const))('VAE "%s"', async (name, variant) => {
    const config = readVaeConfig(variant.config)
    if (config.kind !== 'kl') throw new Error('The config is an AutoencoderKL’s.')
    const weights = await weightsOf(variant)
    const latent = await run(klEncoderGraph(config, weights, {}), weights, { image: await upload(`${name}.x`) })
    expect(maxAbsDifference(latent, await recorded.f32(`${name}.latent`))).toBeLessThan(2e-5)
    const image = await run(klDecoderGraph(config, weights, {}), weights, { latent: await upload(`${name}.latent`) })
    expect(maxAbsDifference(image, await recorded.f32(`${name}.y`))).toBeLessThan(2e-5)
  })
})
