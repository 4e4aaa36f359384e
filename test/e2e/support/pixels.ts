import type { Locator } from 'playwright-core'

/** What a picture on the page looks like once it is there, be it drawn or an image: equal texts are equal pictures. */
export const pixelsOf = (picture: Locator): Promise<string> =>
  picture.evaluate(async (it) => {
    if (it instanceof HTMLCanvasElement) return it.toDataURL()
    const image = it as HTMLImageElement
    // An image is made of what was drawn a moment after that.
    while (image.naturalWidth === 0) await new Promise(requestAnimationFrame)
    const canvas = document.createElement('canvas')
    ;[canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight]
    canvas.getContext('2d')?.drawImage(image, 0, 0)
    return canvas.toDataURL()
  })
