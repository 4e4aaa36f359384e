import { AppError } from '../../base/errors.ts'

export const MAX_SIDE = 16_384
export const MAX_PIXELS = 64 * 2 ** 20
const MAX_FILE_BYTES = 512 * 2 ** 20

/** Throws `image/too-large` for a file that should not be held in memory. */
export function checkFileSize(name: string, bytes: number): void {
  if (bytes <= MAX_FILE_BYTES) return
  throw new AppError('image/too-large', `${name} has ${Math.round(bytes / 2 ** 20)} MiB.`, {
    fix: `Use a file of at most ${MAX_FILE_BYTES / 2 ** 20} MiB.`,
  })
}

/** Throws `image/too-large` for a picture that would take gigabytes to decode. */
export function checkSize(name: string, width: number, height: number): void {
  if (width <= MAX_SIDE && height <= MAX_SIDE && width * height <= MAX_PIXELS) return
  throw new AppError('image/too-large', `${name} has ${width} × ${height} pixels.`, {
    fix: `Scale it down to at most ${MAX_SIDE} pixels per side and ${MAX_PIXELS / 2 ** 20} megapixels.`,
  })
}

export const unreadable = (name: string, cause?: unknown): AppError =>
  new AppError('image/unreadable', `${name} cannot be read as a picture.`, {
    fix: 'Use a JPEG, PNG, WebP, GIF or AVIF file that other programs can open.',
    ...(cause !== undefined && { cause }),
  })
