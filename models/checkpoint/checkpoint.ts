import { service } from '../../src/base/service.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import type { SchedulerConfig } from '../schedulers/config.ts'
import type { Prediction } from './modality.ts'

/** The models of a checkpoint, each a session of its own. */
export type Part = 'encoder' | 'unet' | 'decoder'

/** What a checkpoint says of itself, from its diffusers config files. */
export interface CheckpointConfig {
  /** Pixels per latent cell: 2^(number of VAE blocks − 1). */
  readonly factor: number
  /** Channels of the latent: 4. */
  readonly latentChannels: number
  /** Null of a VAE alone, which only encodes and decodes. */
  readonly model: ModelConfig | null
}

/** What a Marigold checkpoint says beside its VAE. */
export interface ModelConfig {
  readonly scheduler: SchedulerConfig
  readonly predicts: Prediction
  readonly defaultSteps: number | null
  readonly defaultResolution: number | null
}

/**
 * An opened checkpoint: its config at once, its sessions on first use (weights are uploaded once; sizes and batches are
 * dynamic). Every result is a new tensor that belongs to the caller; inputs are not released.
 */
export interface Checkpoint {
  readonly id: string
  readonly config: CheckpointConfig
  /** [B,3,H,W] in −1..1, sides multiples of `factor` → [B,C,h,w], the mode of the posterior × scaling_factor. */
  encode(image: Tensor, signal: AbortSignal): Promise<Tensor>
  /**
   * Latent of the picture [B,C,h,w] and noisy latents of the T targets [B,T·C,h,w], at integer timestep t → v, [B,T·C,h,w].
   * Errors: `checkpoint/vae-only`.
   */
  denoise(imageLatent: Tensor, noisyLatent: Tensor, timestep: number, signal: AbortSignal): Promise<Tensor>
  /** How many latents of h × w cells the U-Net or the VAE's decoder takes at once with the memory there is, `most` at most. */
  atOnce(
    part: 'unet' | 'decoder',
    size: { readonly height: number; readonly width: number },
    most: number,
    signal: AbortSignal,
  ): Promise<number>
  /** [B,C,h,w] (still × scaling_factor) → [B,3,H,W], about −1..1, neither averaged nor clipped. */
  decode(latent: Tensor, signal: AbortSignal): Promise<Tensor>
}

export interface Checkpoints {
  /**
   * Content id and name of a catalogue entry, or of a folder given by the person, read from its config files. Errors:
   * `checkpoint/unknown`, `checkpoint/missing-file`, `checkpoint/unsupported`.
   */
  identify(choice: string, signal: AbortSignal): Promise<{ readonly id: string; readonly name: string }>
  /** The opened checkpoint of a content id that `identify` gave. */
  open(id: string, signal: AbortSignal): Promise<Checkpoint>
}

export const Checkpoints = service<Checkpoints>('checkpoints')
