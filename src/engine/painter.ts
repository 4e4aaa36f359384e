import { PICTURES, sizeOf, tensorsOf, type PortValue, type Size } from '../node/values.ts'
import type { Display, Preview } from './events.ts'

/** Interleaved 8-bit RGBA. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray<ArrayBuffer>
}

/** A picture and the numbers that it shows, not to be written to: [C, height, width]. */
export interface Rendered extends Pixels {
  readonly values: Float32Array
}

/** Draws a value so that its longer side is at most `maxSide`. The value is borrowed for the call. */
export type RenderPreview = (value: PortValue, maxSide: number, display?: Display) => Promise<Rendered>

/** Draws how much members differ: each [C, height, width], at least two of them. */
export type RenderSpread = (members: readonly Float32Array[], size: Size) => Promise<Pixels>

/** Draws a difference of `largest` at most, one number per pixel: around 0 when signed, else from 0. */
export type RenderDifference = (values: Float32Array, size: Size, signed: boolean, largest: number) => Promise<Pixels>

export type MakeBitmap = (pixels: Pixels) => Promise<ImageBitmap>

const toBitmap: MakeBitmap = ({ data, width, height }) => createImageBitmap(new ImageData(data, width, height))

/** What to tell of a picture besides where it is from. */
export type Painting = Pick<Preview, 'kind' | 'disparity' | 'size' | 'bitmap'>

/** Makes bitmaps of values. What it knows of colours is given. */
export class Painter {
  constructor(
    readonly render: RenderPreview,
    readonly renderSpread: RenderSpread,
    readonly renderDifference: RenderDifference,
    readonly makeBitmap: MakeBitmap = toBitmap,
  ) {}

  /** Undefined for what is no picture. The value's tensors are kept while it is drawn. */
  async paint(
    value: PortValue,
    maxSide: number,
    display?: Display,
  ): Promise<{ readonly painting: Painting; readonly rendered: Rendered } | undefined> {
    const tensors = tensorsOf(value).map((tensor) => tensor.retain())
    try {
      const [tensor] = tensors
      if (tensor === undefined || !PICTURES.has(value.kind)) return undefined
      const rendered = await this.render(value, maxSide, display)
      const bitmap = await this.makeBitmap(rendered)
      const disparity = value.kind === 'depth' && value.meaning.quantity === 'disparity'
      const painting = {
        kind: value.kind,
        ...(disparity && { disparity: true as const }),
        size: sizeOf(tensor),
        bitmap,
      }
      return { painting, rendered }
    } finally {
      for (const held of tensors) held.release()
    }
  }

  async spread(members: readonly Float32Array[], size: Size): Promise<ImageBitmap> {
    return this.makeBitmap(await this.renderSpread(members, size))
  }

  async difference(values: Float32Array, size: Size, signed: boolean, largest: number): Promise<ImageBitmap> {
    return this.makeBitmap(await this.renderDifference(values, size, signed, largest))
  }
}
