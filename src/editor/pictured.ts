/** What is to be drawn once its place comes into view, or near it. */
const waiting = new WeakMap<Element, () => void>()
const observer =
  globalThis.IntersectionObserver &&
  new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue
        observer.unobserve(target)
        waiting.get(target)?.()
      }
    },
    { rootMargin: '50%' },
  )

/** What was made of a bitmap: the same for all images of it, and for one that is made anew when its card is drawn otherwise. */
const pictures = new WeakMap<ImageBitmap, Promise<Blob>>()

function pictureOf(bitmap: ImageBitmap): Promise<Blob> {
  const known = pictures.get(bitmap)
  if (known) return known
  const copy = new OffscreenCanvas(bitmap.width, bitmap.height)
  copy.getContext('2d')?.drawImage(bitmap, 0, 0)
  const made = copy.convertToBlob({ type: 'image/webp', quality: 0.9 })
  pictures.set(bitmap, made)
  return made
}

/**
 * Attachment for an image: shows the bitmap, from when it comes into view. A canvas would be a layer of its own for the
 * browser, and a large graph hundreds of them. What is shown stays until the next is there.
 */
export const pictured = (bitmap: ImageBitmap) => (image: HTMLImageElement) => {
  let gone = false
  waiting.set(image, () => {
    void pictureOf(bitmap).then((blob) => {
      if (gone) return
      const url = URL.createObjectURL(blob)
      image.src = url
      // Not before it is read, also where the next bitmap is here by then: a picture that cannot be read is shown as broken.
      const free = () => URL.revokeObjectURL(url)
      image.decode().then(free, free)
    })
  })
  observer.observe(image)
  return () => {
    gone = true
    observer.unobserve(image)
  }
}
