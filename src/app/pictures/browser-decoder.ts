import type { DecodedPicture } from '../../node/index.ts'
import { checkFileSize, checkSize, unreadable } from './limits.ts'
import { decodePng16 } from './png16.ts'

/** Decodes in a page or Worker: upright by the EXIF orientation, numbers as stored (profiles are not applied). */
export async function decodeInBrowser(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<DecodedPicture> {
  const deep = decodePng16(bytes, name)
  if (deep !== undefined) return deep
  const bitmap = await createImageBitmap(new Blob([bytes]), {
    imageOrientation: 'from-image',
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  }).catch((cause: unknown) => Promise.reject(unreadable(name, cause)))
  try {
    const { width, height } = bitmap
    checkSize(name, width, height)
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    if (context === null) throw unreadable(name)
    context.drawImage(bitmap, 0, 0)
    const { data } = context.getImageData(0, 0, width, height)
    return { width, height, channels: 4, data: new Uint8Array(data.buffer) }
  } finally {
    bitmap.close()
  }
}

/**
 * Throws unless the file is a picture that can be loaded, before a document names it in place of another. Errors:
 * `image/unreadable`, `image/too-large`.
 */
export async function checkDecodable(file: Blob, name: string): Promise<void> {
  checkFileSize(name, file.size)
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => Promise.reject(unreadable(name, cause)))
  const { width, height } = bitmap
  bitmap.close()
  checkSize(name, width, height)
}
