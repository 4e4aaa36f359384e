/** Attachment for a canvas: shows the bitmap, at its own size. */
export const drawn = (bitmap: ImageBitmap) => (canvas: HTMLCanvasElement) => {
  canvas.width = bitmap.width
  canvas.height = bitmap.height
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
}
