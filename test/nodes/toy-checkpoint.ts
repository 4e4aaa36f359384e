import type { Checkpoint, CheckpointConfig, Checkpoints, ModelConfig } from '../../models/checkpoint/checkpoint.ts'
import { usualPrediction, type Prediction } from '../../models/checkpoint/modality.ts'
import type { Backend, Dims } from '../../src/tensor/tensor.ts'

export const toyModel: ModelConfig = {
  scheduler: {
    kind: 'ddim',
    numTrainTimesteps: 1000,
    betaStart: 0.00085,
    betaEnd: 0.012,
    betaSchedule: 'scaled_linear',
    predictionType: 'v_prediction',
    timestepSpacing: 'trailing',
    stepsOffset: 1,
    rescaleBetasZeroSnr: false,
    setAlphaToOne: false,
    originalInferenceSteps: 50,
    timestepScaling: 10,
  },
  predicts: usualPrediction('depth'),
  defaultSteps: 2,
  defaultResolution: 24,
}

export const toyConfig: CheckpointConfig = { factor: 8, latentChannels: 4, model: toyModel }

export const withModel = (model: Partial<ModelConfig>): CheckpointConfig => ({
  ...toyConfig,
  model: { ...toyModel, ...model },
})

/** The toy, predicting this. */
export const toyFor = (predicts: Partial<Prediction>): CheckpointConfig =>
  withModel({ predicts: { ...toyModel.predicts, ...predicts } })

export interface ToyCalls {
  readonly timesteps: number[]
  readonly batches: number[]
  readonly encoded: Dims[]
}

/** Models of one line, so that what nodes do around them can be worked out: v = x / 2 + t / 1000. */
export function toyCheckpoints(backend: Backend, config: CheckpointConfig = toyConfig, calls?: ToyCalls): Checkpoints {
  const toy: Checkpoint = {
    id: 'toy',
    config,
    async encode(image) {
      calls?.encoded.push(image.dims)
      const [n = 1, , h = 0, w = 0] = image.dims
      const dims = [n, 4, h / config.factor, w / config.factor]
      const first = await backend.read(image)
      return backend.upload(
        Float32Array.from({ length: (n * 4 * h * w) / config.factor ** 2 }, (_, i) => first[i % first.length] ?? 0),
        dims,
      )
    },
    async denoise(_image, x, t) {
      calls?.timesteps.push(t)
      calls?.batches.push(x.dims[0] ?? 0)
      return backend.upload(
        (await backend.read(x)).map((v) => v / 2 + t / 1000),
        x.dims,
      )
    },
    atOnce: async (_part, _size, most) => most,
    async decode(latent) {
      const [n = 1, c = 4, h = 0, w = 0] = latent.dims
      const [H, W] = [h * config.factor, w * config.factor]
      const z = await backend.read(latent)
      const pixels = Float32Array.from(
        { length: n * 3 * H * W },
        (_, i) => z[Math.floor(i / (3 * H * W)) * c * h * w] ?? 0,
      )
      return backend.upload(pixels, [n, 3, H, W])
    },
  }
  return { identify: async () => ({ id: 'toy', name: 'Toy' }), open: async () => toy }
}
