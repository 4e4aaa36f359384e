import type { Comparison } from '../state/inspecting.svelte.ts'

export interface Composition {
  readonly picture: ImageBitmap
  /** What it is compared with, drawn as large as the picture. */
  readonly pinned?: ImageBitmap | undefined
  readonly comparison?: Comparison | undefined
  /** Of the wipe: the share of the width that is the picture's. */
  readonly divider: number
  /** Of the blink: whether the pinned one has its turn. */
  readonly turned: boolean
  /** Of the numbers, where they can be compared; else pixels are. */
  readonly difference?: ImageBitmap | undefined
}

/** Attachment for a canvas: the picture with what it is compared with, at the picture's own size. */
export const composed = (shown: Composition) => (canvas: HTMLCanvasElement) => {
  const { picture, pinned, comparison, divider, turned, difference } = shown
  const { width, height } = picture
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')
  if (!context) return
  const whole = comparison === 'difference' && difference ? difference : picture
  context.drawImage(whole, 0, 0, width, height)
  if (!pinned) return
  if (comparison === 'blink' && turned) context.drawImage(pinned, 0, 0, width, height)
  if (comparison === 'wipe') {
    context.save()
    context.beginPath()
    context.rect(divider * width, 0, width, height)
    context.clip()
    context.drawImage(pinned, 0, 0, width, height)
    context.restore()
  }
  if (comparison === 'difference' && !difference) {
    context.globalCompositeOperation = 'difference'
    context.drawImage(pinned, 0, 0, width, height)
  }
}
