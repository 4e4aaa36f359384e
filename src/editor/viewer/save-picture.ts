import type { Editor } from '../state/editor.svelte.ts'
import { withGraph } from '../../graph/sharing/png.ts'
import { SAY_SHARING } from '../sharing-text.ts'
import { fileStem, handOver, notOpened } from '../state/files.ts'
import { SAY_VIEWER } from './text.ts'

const png = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be written.')))),
  )

/** Hands what is shown to the browser as a PNG, at the picture's own size; it may carry the graph as it is now. */
export async function savePicture(
  editor: Editor,
  canvas: HTMLCanvasElement,
  title: string,
  carries: boolean,
): Promise<void> {
  const name = `${fileStem(title)}.png`
  try {
    const picture = await png(canvas)
    if (!carries) handOver(name, picture)
    else {
      const whole = await withGraph(new Uint8Array(await picture.arrayBuffer()), editor.store.document)
      handOver(name, new Blob([whole], { type: 'image/png' }))
    }
    editor.say(carries ? SAY_SHARING.savedWithGraph(name) : SAY_VIEWER.saved(name))
  } catch (error) {
    notOpened(editor, error)
  }
}

export async function copyPicture(editor: Editor, canvas: HTMLCanvasElement): Promise<void> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png(canvas) })])
    editor.say(SAY_VIEWER.copied)
  } catch {
    editor.say(SAY_VIEWER.notCopied)
  }
}
