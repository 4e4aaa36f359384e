import type { Size } from '../../node/values.ts'

/** How a picture lies in the viewer: its top left corner in the frame, and pixels of the screen per pixel of it. */
export interface PictureView {
  readonly x: number
  readonly y: number
  readonly k: number
}

/** Screen pixels per pixel. */
const LARGEST = 48

/** The whole picture, centred, as large as the frame allows; a latent of 24 × 18 cells fills a screen. */
export function fitted(picture: Size, frame: Size, margin = 12): PictureView {
  const room = { width: Math.max(1, frame.width - 2 * margin), height: Math.max(1, frame.height - 2 * margin) }
  const k = Math.min(room.width / picture.width, room.height / picture.height, LARGEST)
  return { k, x: (frame.width - picture.width * k) / 2, y: (frame.height - picture.height * k) / 2 }
}

/** Zoomed so that the point under the pointer stays where it is. */
export function zoomedAt(view: PictureView, at: { readonly x: number; readonly y: number }, by: number): PictureView {
  const k = Math.min(LARGEST, Math.max(0.02, view.k * by))
  const real = k / view.k
  return { k, x: at.x - (at.x - view.x) * real, y: at.y - (at.y - view.y) * real }
}

/** The part of a frame that each of two pictures has: beside each other where it is wide, else one above the other. */
export const halved = ({ width, height }: Size): Size =>
  width >= height ? { width: width / 2, height } : { width, height: height / 2 }
