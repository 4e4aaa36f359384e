import { graphInLink, linkOf } from '../../graph/sharing/link.ts'
import { SAY } from '../text.ts'
import type { Editor } from './editor.svelte.ts'
import { notOpened, openText } from './files.ts'

/** Copies a link that carries the graph, without the names of the person's own pictures. */
export async function copyLink(editor: Editor, page: Location): Promise<void> {
  try {
    const fragment = await linkOf(editor.store.document)
    await navigator.clipboard.writeText(`${page.origin}${page.pathname}${fragment}`)
    editor.say(SAY.linkCopied)
  } catch (error) {
    notOpened(editor, error)
  }
}

/** Opens the graph that the page's address carries, once: a reload does not open it again. Nothing runs. */
export async function openLink(editor: Editor, page: Location): Promise<void> {
  try {
    const text = await graphInLink(page.hash)
    if (text === undefined) return
    history.replaceState(null, '', page.pathname + page.search)
    await openText(editor, text)
  } catch (error) {
    history.replaceState(null, '', page.pathname + page.search)
    notOpened(editor, error)
  }
}
