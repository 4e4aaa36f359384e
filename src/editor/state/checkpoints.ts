import type { GivenFolder } from '../../engine/client.ts'
import { SAY } from '../text.ts'
import type { Editor } from './editor.svelte.ts'
import { addTarget, notOpened, type ParamOf } from './files.ts'
import { folderOfHandle } from './folders.ts'
import type { Point } from './geometry.svelte.ts'

interface PickerWindow {
  showDirectoryPicker?(options: { id: string; mode: 'read' }): Promise<FileSystemDirectoryHandle>
}

/** Asks for a folder with the File System Access API. False where the browser has none. */
export async function pickFolder(editor: Editor, target: ParamOf): Promise<boolean> {
  const page: PickerWindow = window as PickerWindow
  if (page.showDirectoryPicker === undefined) return false
  let handle: FileSystemDirectoryHandle
  try {
    handle = await page.showDirectoryPicker({ id: 'checkpoint', mode: 'read' })
  } catch (error) {
    // The person closed the dialog: nothing is to be done or said.
    if (!(error instanceof DOMException && error.name === 'AbortError')) notOpened(editor, error)
    return true
  }
  await putFolder(editor, () => folderOfHandle(handle), target)
  return true
}

/** Gives a checkpoint folder to the engine and puts it into a node; without a place, a node is added for it. */
export async function putFolder(
  editor: Editor,
  read: () => Promise<GivenFolder>,
  target?: ParamOf,
  at?: Point,
): Promise<void> {
  editor.say(SAY.readingFolder)
  try {
    const folder = await read()
    const row = await editor.addCheckpoint(folder)
    const place = target ?? addTarget(editor, 'checkpoint', at)
    if (!place) return
    editor.setParam(place.node, place.param, row.id)
    editor.say(SAY.picture(row.name, editor.title(place.node)))
    editor.trouble = undefined
  } catch (error) {
    notOpened(editor, error)
  }
}
