import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readClipTextConfig } from '../../../models/architectures/clip-text.ts'
import { emptyPrompt, emptyPromptTokens, encodeTokens } from '../../../models/checkpoint/empty-prompt.ts'
import { readFolder } from '../../../models/checkpoint/folder.ts'
import { OpenedCheckpoint, type OpenOptions } from '../../../models/checkpoint/opened.ts'
import type { OnnxRuntime } from '../../../src/onnx/runtime.ts'
import type { Dims, Tensor } from '../../../src/tensor/tensor.ts'
import { readJson } from '../../../src/weights/files.ts'
import { nodeFolder } from '../../../src/weights/node-folder.ts'
import { publishedCheckpoint } from '../../pipelines/support/published.ts'
import { FIXTURES, fixtureJson, fixtureTensors, maxAbsDifference, type FixtureTensors } from '../../support/fixtures.ts'

interface Forward {
  readonly unet: readonly {
    readonly checkpoint: string
    readonly cases: readonly { readonly name: string; readonly t: number; readonly shape: Dims }[]
  }[]
  readonly vae: readonly { readonly checkpoint: string; readonly scaling_factor: number }[]
  readonly text_encoder: readonly {
    readonly checkpoint: string
    readonly ids: readonly number[]
    readonly five_ids: readonly number[]
  }[]
}

const signal = new AbortController().signal
const tolerance = 1e-4

/** A folder of test/fixtures/checkpoints, or the checkpoint of diffusers' own tests. */
export const folder = async (checkpoint: string) =>
  readFolder(
    checkpoint === 'published'
      ? await publishedCheckpoint()
      : await nodeFolder(join(FIXTURES, 'checkpoints', checkpoint)),
    signal,
  )

export interface ForwardOptions {
  /** Which U-Net cases to run: a software GPU compiles shaders for seconds for every one. */
  readonly unetCases?: (name: string) => boolean
  /** Checkpoints whose U-Net is run; all by default. */
  readonly unets?: readonly string[]
  /** Checkpoints whose VAE and text encoder are run; all by default. */
  readonly others?: readonly string[]
}

/** The promises that every runtime keeps: each model equals diffusers' on the fixtures. */
export function forwardTests(
  open: () => Promise<{ readonly runtime: OnnxRuntime; close(): Promise<void> }>,
  options: ForwardOptions = {},
): void {
  let runtime: OnnxRuntime
  let close: () => Promise<void>
  let expected: FixtureTensors
  let cases: Forward

  beforeAll(async () => {
    ;({ runtime, close } = await open())
    expected = await fixtureTensors('models/forward.safetensors')
    cases = await fixtureJson<Forward>('models/forward.json')
  })
  afterAll(async () => {
    expect(runtime.backend.bytes).toBe(0)
    await close()
  })

  const upload = async (name: string): Promise<Tensor> =>
    runtime.backend.upload(await expected.f32(name), expected.dims(name))

  const opened = async (name: string, options: OpenOptions = {}) =>
    new OpenedCheckpoint(name, await folder(name), runtime, options)

  const take = async (tensor: Tensor): Promise<Float32Array> => {
    const values = await runtime.backend.read(tensor)
    tensor.release()
    return values
  }

  const predict = async (checkpoint: OpenedCheckpoint, name: string, t: number): Promise<Float32Array> => {
    const [batch = 1, channels = 8, height = 1, width = 1] = expected.dims(`${name}.x`)
    const [image, depth] = splitChannels(await expected.f32(`${name}.x`), batch, channels * height * width)
    const dims = [batch, channels / 2, height, width]
    const latents = [runtime.backend.upload(image, dims), runtime.backend.upload(depth, dims)] as const
    try {
      return await take(await checkpoint.denoise(...latents, t, signal))
    } finally {
      for (const latent of latents) latent.release()
    }
  }

  const all = ['tiny-ddim-trailing', 'tiny-lcm', 'tiny-ddim-leading', 'tiny-fp16']

  const unetCases = (checkpoint: string) => {
    const known = cases.unet.find((unet) => unet.checkpoint === checkpoint)?.cases ?? []
    const chosen = known.filter(({ name }) => options.unetCases?.(name) ?? true)
    expect(chosen).not.toHaveLength(0)
    return chosen
  }

  describe.each(options.unets ?? [...all, 'published'])('U-Net of %s', (name) => {
    it('predicts what diffusers predicts, at all sizes, batches and timesteps', async () => {
      const checkpoint = await opened(name, { precision: 'f32' })
      for (const one of unetCases(name)) {
        const found = await predict(checkpoint, one.name, one.t)
        expect(maxAbsDifference(found, await expected.f32(`${one.name}.v`)), one.name).toBeLessThan(tolerance)
      }
      await checkpoint.close()
    })

    it('computes the same with cross-attention folded and not folded', async () => {
      const [folded, plain] = [
        await opened(name, { precision: 'f32' }),
        await opened(name, { precision: 'f32', fold: false }),
      ]
      for (const one of unetCases(name)) {
        const [a, b] = [await predict(folded, one.name, one.t), await predict(plain, one.name, one.t)]
        expect(maxAbsDifference(a, b), one.name).toBeLessThan(2e-5)
      }
      await Promise.all([folded.close(), plain.close()])
    })
  })

  describe.each(options.others ?? all)('VAE and text encoder of %s', (name) => {
    it('encodes and decodes pictures as diffusers does', async () => {
      const checkpoint = await opened(name)
      const scale = cases.vae.find((vae) => vae.checkpoint === name)?.scaling_factor ?? NaN
      const [x, z] = [await upload(`${name}.vae.x`), await expected.f32(`${name}.vae.z`)]
      const scaled = runtime.backend.upload(
        z.map((value) => value * scale),
        expected.dims(`${name}.vae.z`),
      )
      const mean = (await expected.f32(`${name}.vae.mean`)).map((value) => value * scale)
      const latent = await take(await checkpoint.encode(x, signal))
      expect(maxAbsDifference(latent, mean)).toBeLessThan(tolerance)
      const image = await take(await checkpoint.decode(scaled, signal))
      expect(maxAbsDifference(image, await expected.f32(`${name}.vae.y`))).toBeLessThan(tolerance)
      x.release()
      scaled.release()
      await checkpoint.close()
    })

    it('computes the embedding of the empty prompt and of five tokens', async () => {
      const { files, unet } = await folder(name)
      const prompt = await emptyPrompt(files, runtime, unet.crossAttentionDim, 'full', signal)
      expect(maxAbsDifference(prompt, await expected.f32(`${name}.empty_prompt`))).toBeLessThan(tolerance)
      const text = cases.text_encoder.find((one) => one.checkpoint === name)
      const config = readClipTextConfig(await readJson(files, 'text_encoder/config.json', signal))
      expect(await emptyPromptTokens(files, config, signal)).toEqual(text?.ids)
      const five = await encodeTokens(files, runtime, config, text?.five_ids ?? [], 'full', signal)
      expect(maxAbsDifference(five, await expected.f32(`${name}.five_tokens`))).toBeLessThan(tolerance)
    })
  })
}

/** [B,2C,...] → the first and the last C channels, each [B,C,...]. */
export function splitChannels(values: Float32Array, batch: number, row: number): readonly [Float32Array, Float32Array] {
  const half = row / 2
  const [first, second] = [new Float32Array(batch * half), new Float32Array(batch * half)]
  for (let b = 0; b < batch; b++) {
    first.set(values.subarray(b * row, b * row + half), b * half)
    second.set(values.subarray(b * row + half, (b + 1) * row), b * half)
  }
  return [first, second]
}
