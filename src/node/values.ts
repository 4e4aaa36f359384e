import type { JsonObject } from '../base/json.ts'
import type { LatentColours } from '../tensor/latent-colours.ts'
import type { Size } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'

export type { Size }

/**
 * How a picture sits in its tensor: the size it had when loaded, and the part of the tensor (from the top left corner)
 * that is picture; the rest is padding to the right and below. It travels with everything made from the picture, so
 * that VAE Decode can crop and Match Image Size can restore.
 */
export interface Frame {
  readonly original: Size
  readonly content: Size
}

/** f32 [1,3,H,W], sRGB, 0..1 (bicubic resizing may overshoot). */
export interface ImageValue {
  readonly kind: 'image'
  readonly tensor: Tensor
  readonly frame: Frame
}

/** f32 [1,1,H,W], 0..1. */
export interface MaskValue {
  readonly kind: 'mask'
  readonly tensor: Tensor
  readonly frame: Frame
}

/** f32 [1,C,h,w], already multiplied by the VAE's scaling factor. */
export interface LatentValue {
  readonly kind: 'latent'
  readonly tensor: Tensor
  readonly frame: Frame
  /** Pixels per latent cell: 8 for Stable Diffusion's VAE. */
  readonly factor: number
  /** For noise: where it came from, so that LCM and eta > 0 can go on drawing from the same generator. */
  readonly noise?: NoiseOrigin
  /** Of a denoised latent: what the model that made it predicts. A VAE that decodes it need not know. */
  readonly predicts?: LatentMeaning
  /** What its cells look like, roughly, once decoded: fitted to the picture by VAE Encode, and passed on by Denoise. */
  readonly colours?: LatentColours
}

/** What a Marigold model predicts, and, of depth and of normals, what the numbers mean. */
export interface LatentMeaning extends DepthMeaning {
  readonly modality: 'depth' | 'normals' | 'appearance' | 'lighting'
  /** Of normals: z over −1..1, or only over 0..1, towards the viewer. */
  readonly useFullZRange: boolean
}

export interface NoiseOrigin {
  readonly generator: 'torch-cpu' | 'torch-cuda' | 'zeros'
  readonly seed: number
  /** Which ensemble member this is, from 0. */
  readonly member: number
  /** Members that were drawn at once, where noise may depend on how many they are. */
  readonly drawn?: number
}

/** What the numbers of a depth map say: MarigoldDepthPipeline's prediction_type, scale_invariant and shift_invariant. */
export interface DepthMeaning {
  /** `depth`: 0 near .. 1 far. `disparity`, its inverse: 0 far .. 1 near. */
  readonly quantity: 'depth' | 'disparity'
  /** Known only up to a factor. */
  readonly scaleInvariant: boolean
  /** Known only up to an offset, so that 0 says nothing of itself. */
  readonly shiftInvariant: boolean
}

/** f32 [1,1,H,W], 0..1, linear in what `meaning` names. */
export interface DepthValue {
  readonly kind: 'depth'
  readonly meaning: DepthMeaning
  readonly tensor: Tensor
  readonly frame: Frame
}

/** f32 [1,3,H,W]: surface normals of length 1, x to the right, y up, z to the viewer. */
export interface NormalsValue {
  readonly kind: 'normals'
  readonly tensor: Tensor
  readonly frame: Frame
}

/** f32 [1,1,H,W], ≥ 0: in the units of the depth, or as a share of half a turn for the normals, that it belongs to. */
export interface UncertaintyValue {
  readonly kind: 'uncertainty'
  readonly tensor: Tensor
  readonly frame: Frame
}

/** A handle; the Checkpoints service (models/checkpoint) turns it into sessions. */
export interface CheckpointValue {
  readonly kind: 'checkpoint'
  /** Content id: changes with the configs and the weights (see contentId in models/checkpoint). Part of cache keys. */
  readonly id: string
  readonly name: string
}

/** Rows of plain values, for the viewer and reports. */
export interface TableValue {
  readonly kind: 'table'
  readonly rows: readonly JsonObject[]
}

export interface NumberValue {
  readonly kind: 'number'
  readonly value: number
}

export interface TextValue {
  readonly kind: 'text'
  readonly value: string
}

export type PortValue =
  | ImageValue
  | MaskValue
  | LatentValue
  | DepthValue
  | NormalsValue
  | UncertaintyValue
  | CheckpointValue
  | TableValue
  | NumberValue
  | TextValue

export type PortKind = PortValue['kind']

/** The kinds that are shown as a picture. */
export const PICTURES: ReadonlySet<PortKind> = new Set<PortKind>([
  'image',
  'mask',
  'latent',
  'depth',
  'normals',
  'uncertainty',
])
export type ValueOf<K extends PortKind> = Extract<PortValue, { kind: K }>

/** The tensors a value owns. */
export const tensorsOf = (value: PortValue): readonly Tensor[] => ('tensor' in value ? [value.tensor] : [])

/** Size of a [.., H, W] tensor. */
export function sizeOf(tensor: Tensor): Size {
  const [height = 1, width = 1] = tensor.dims.slice(-2)
  return { width, height }
}
