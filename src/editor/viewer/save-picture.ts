import type { Editor } from '../state/editor.svelte.ts'
import { fileStem } from '../state/files.ts'
import { SAY_VIEWER } from './text.ts'

const png = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be written.')))),
  )

/** Hands what is shown to the browser as a PNG, at the picture's own size. */
export async function savePicture(editor: Editor, canvas: HTMLCanvasElement, title: string): Promise<void> {
  const name = `${fileStem(title)}.png`
  const url = URL.createObjectURL(await png(canvas))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
  editor.say(SAY_VIEWER.saved(name))
}

export async function copyPicture(editor: Editor, canvas: HTMLCanvasElement): Promise<void> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png(canvas) })])
    editor.say(SAY_VIEWER.copied)
  } catch {
    editor.say(SAY_VIEWER.notCopied)
  }
}
