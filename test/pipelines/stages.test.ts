import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Checkpoint } from '../../models/checkpoint/checkpoint.ts'
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import type { CheckpointStore } from '../../models/checkpoint/store.ts'
import { modelOf } from '../../models/checkpoint/vae-alone.ts'
import { stepNoise } from '../../models/pipeline/step-noise.ts'
import { denoisingSteps } from '../../models/schedulers/steps.ts'
import type { Frame, LatentValue } from '../../src/node/index.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { Bench, data, oneValue, pictureService } from '../nodes/support.ts'
import { fixtureTensors, maxAbsDifference, type FixtureTensors } from '../support/fixtures.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'
import type { Case } from './support/case.ts'
import { recordedCases } from './support/parity.ts'
import { caseCheckpoints, pictureOf } from './support/run-case.ts'

interface Recorded {
  readonly of: Case
  readonly tensors: FixtureTensors
}

const recorded: readonly Recorded[] = await Promise.all(
  (await recordedCases()).map(async (of) => ({ of, tensors: await fixtureTensors(`pipelines/${of.tensors}`) })),
)
/** Cases that have one of these tensors. */
const having = (name: string) =>
  recorded.filter(({ tensors }) => tensors.names.includes(name)).map((one) => [one.of.name, one] as const)

/**
 * Every stage of the graph on what MarigoldDepthPipeline gave the same stage: where the whole differs, this says which
 * part of it does. (The ensemble: test/gpu/ensemble-align.test.ts.)
 */
describe('given what diffusers’ stage was given', () => {
  const bench = new Bench()
  const { backend } = bench
  const signal = new AbortController().signal
  let checkpoints: CheckpointStore
  beforeAll(async () => {
    checkpoints = caseCheckpoints(await openWasmRuntime({ backend, threads: 2 }))
  })
  afterAll(async () => {
    await checkpoints.close()
    expect(backend.bytes).toBe(0)
  })

  const run: Bench['run'] = (type, call = {}) =>
    bench.run(type, { ...call, services: [[Checkpoints, checkpoints], ...(call.services ?? [])] })

  const checkpointValue = async (of: Case) => ({
    kind: 'checkpoint' as const,
    ...(await checkpoints.identify(of.name, signal)),
  })
  const open = async (of: Case): Promise<Checkpoint> => checkpoints.open((await checkpointValue(of)).id, signal)

  /** Row `i` of a recorded tensor of `rows`. */
  async function row(tensors: FixtureTensors, name: string, i = 0): Promise<Tensor> {
    const [rows = 1, ...rest] = tensors.dims(name)
    const all = await tensors.f32(name)
    const n = all.length / rows
    return backend.upload(all.slice(n * i, n * (i + 1)), [1, ...rest])
  }

  const values = (tensor: Tensor): Float32Array => data({ tensor })
  const free = (...tensors: readonly Tensor[]): void => tensors.forEach((tensor) => tensor.release())

  /** The sizes that travel with what is made of the picture of a case. */
  function frameOf({ of }: Recorded): Frame {
    const [height, width] = of.original_resolution
    const [h, w] = of.latent_size
    const [below, right] = of.padding
    return {
      original: { width, height },
      content: { width: 8 * w - right, height: 8 * h - below },
    }
  }

  it.each(having('trace.preprocessed'))('Fit to Resolution: %s', async (_name, { of, tensors }) => {
    const services = [pictureService(await pictureOf(of))]
    const params = { picture: { from: 'example', name: 'x' } }
    const image = oneValue(await run('input/load-image', { params, services }), 'image', 'image')
    const inputs = { image, checkpoint: await checkpointValue(of) }
    const fit = { resolution: of.processing_resolution, method: of.resample_method_input }
    const fitted = oneValue(await run('image/fit-resolution', { inputs, params: fit }), 'image', 'image')
    const expected = tensors.dims('trace.preprocessed')
    expect(fitted.tensor.dims).toEqual(expected)
    // diffusers' is in −1..1, ours in 0..1 until VAE Encode
    const normalised = data(fitted).map((v) => 2 * v - 1)
    expect(maxAbsDifference(normalised, await tensors.f32('trace.preprocessed'))).toBeLessThan(5e-6)
    expect(fitted.frame).toEqual(frameOf({ of, tensors }))
    free(image.tensor, fitted.tensor)
  })

  it.each(having('trace.image_latent'))('VAE Encode: %s', async (_name, { of, tensors }) => {
    const preprocessed = await row(tensors, 'trace.preprocessed')
    const half = backend.upload(
      values(preprocessed).map((v) => (v + 1) / 2),
      preprocessed.dims,
    )
    const image = { kind: 'image' as const, tensor: half, frame: frameOf({ of, tensors }) }
    const inputs = { image, checkpoint: await checkpointValue(of) }
    const encoded = oneValue(await run('depth/vae-encode', { inputs }), 'latent', 'latent')
    expect(encoded.tensor.dims.slice(2)).toEqual(of.latent_size)
    for (let member = 0; member < of.ensemble_size; member++) {
      const expected = await row(tensors, 'trace.image_latent', member)
      expect(maxAbsDifference(data(encoded), values(expected))).toBeLessThan(1e-4)
      free(expected)
    }
    free(preprocessed, half, encoded.tensor)
  })

  const drawn = having('trace.noise').filter(([, { of }]) => of.generator.kind === 'torch-cpu')
  it.each(drawn)('Noise Init: %s', async (_name, { of, tensors }) => {
    const frame = frameOf({ of, tensors })
    const [h, w] = of.latent_size
    const like: LatentValue = { kind: 'latent', tensor: bench.tensor([1, 4, h, w], () => 0), frame, factor: 8 }
    const seed = of.generator.kind === 'torch-cpu' ? of.generator.seed : 0
    for (let index = 0; index < of.ensemble_size; index++) {
      const member = { index, count: of.ensemble_size }
      const called = await run('depth/noise-init', { inputs: { like }, params: { seed, one_draw: true }, member })
      const noise = oneValue(called, 'noise', 'latent')
      const expected = await row(tensors, 'trace.noise', index)
      expect(maxAbsDifference(data(noise), values(expected))).toBeLessThan(5e-7)
      free(noise.tensor, expected)
    }
    free(like.tensor)
  })

  it.each(having('trace.batch0.step0.v'))('U-Net and scheduler, step by step: %s', async (_name, { of, tensors }) => {
    const { model, denoise } = await open(of).then((checkpoint) => ({
      model: modelOf(checkpoint, of.name),
      denoise: checkpoint.denoise.bind(checkpoint),
    }))
    const steps = denoisingSteps(model.scheduler, of.num_inference_steps ?? model.defaultSteps ?? 0)
    expect(of.batch_size).toBe(1)
    expect(of.timesteps).toEqual(Array.from({ length: of.ensemble_size }, () => steps.map(({ t }) => t)).flat())
    for (let member = 0; member < of.ensemble_size; member++) {
      const image = await row(tensors, 'trace.image_latent', member)
      let x = await row(tensors, 'trace.noise', member)
      const seed = of.generator.kind === 'torch-cpu' ? of.generator.seed : 0
      const source = { generator: 'torch-cpu', seed, member, drawn: of.ensemble_size } as const
      const generator = stepNoise(source, values(x).length, steps.filter(({ next }) => next.noise !== 0).length)
      for (const [i, { t, next }] of steps.entries()) {
        const [v, after] = [`trace.batch${member}.step${i}.v`, `trace.batch${member}.step${i}.latent`]
        const predicted = await denoise(image, x, t, signal)
        expect(maxAbsDifference(values(predicted), await tensors.f32(v)), v).toBeLessThan(1e-4)
        const model = await tensors.f32(v)
        const noise = next.noise === 0 ? undefined : generator.randn(model.length)
        const stepped = values(x).map(
          (value, k) => next.x * value + next.model * (model[k] ?? NaN) + next.noise * (noise?.[k] ?? 0),
        )
        const following = await row(tensors, after)
        expect(maxAbsDifference(stepped, values(following)), after).toBeLessThan(1e-5)
        free(predicted, x)
        x = following
      }
      free(image, x)
    }
  })

  it.each(having('trace.members'))('VAE Decode: %s', async (_name, { of, tensors }) => {
    const frame = frameOf({ of, tensors })
    for (let member = 0; member < of.ensemble_size; member++) {
      const latent: LatentValue = { kind: 'latent', tensor: await row(tensors, 'latent', member), frame, factor: 8 }
      const inputs = { latent, checkpoint: await checkpointValue(of) }
      const depth = oneValue(await run('depth/vae-decode', { inputs }), 'depth', 'depth')
      const expected = await row(tensors, 'trace.members', member)
      expect(depth.tensor.dims).toEqual(expected.dims)
      expect(maxAbsDifference(data(depth), values(expected))).toBeLessThan(1e-4)
      free(latent.tensor, depth.tensor, expected)
    }
  })

  const merged = (tensors: FixtureTensors): string =>
    tensors.names.includes('trace.before_resize') ? 'trace.before_resize' : 'trace.members'
  const matched = recorded.filter(({ tensors }) => tensors.names.includes(merged(tensors)))
  it.each(matched.map((one) => [one.of.name, one] as const))('Match Image Size: %s', async (_name, { of, tensors }) => {
    const frame = frameOf({ of, tensors })
    const value = {
      kind: 'depth' as const,
      meaning: AFFINE_DEPTH,
      tensor: await row(tensors, merged(tensors)),
      frame,
    }
    const [height, width] = of.original_resolution
    const like = { kind: 'image' as const, tensor: bench.tensor([1, 3, height, width], () => 0), frame }
    const params = { method: of.resample_method_output }
    const result = oneValue(await run('image/match-size', { inputs: { value, like }, params }), 'value', 'depth')
    expect(result.tensor.dims).toEqual(tensors.dims('prediction'))
    expect(maxAbsDifference(data(result), await tensors.f32('prediction'))).toBeLessThan(2e-6)
    free(value.tensor, like.tensor, result.tensor)
  })
})
