import type { PlainError, Remedy } from '../../base/errors.ts'
import { TEXT } from '../text.ts'
import type { Editor } from './editor.svelte.ts'
import { repair } from './remedies.ts'

/** One way to put an error right, for a button. */
export interface Offer {
  readonly label: string
  act(): void
}

/** What can be done about an error by pressing a button; all but a download run again afterwards. */
export const offers = (editor: Editor, error: PlainError): readonly Offer[] =>
  (error.remedies ?? []).flatMap((remedy) => offer(editor, error, remedy) ?? [])

function offer(editor: Editor, error: PlainError, remedy: Remedy): Offer | undefined {
  const { run, store } = editor
  switch (remedy.do) {
    case 'again':
      return { label: TEXT.again, act: () => editor.runs.start() }
    case 'processor': {
      if (editor.backend === 'wasm') return undefined
      const act = (): void => {
        editor.use('wasm')
        editor.runs.start()
      }
      return { label: TEXT.onProcessor, act }
    }
    case 'download': {
      const { node } = error
      return node === undefined ? undefined : { label: TEXT.lookAtDownload, act: () => void askFor(editor, node) }
    }
    case 'set':
    case 'lower': {
      const made = (node: string) => run.thumbnails.get(node)?.size
      const found = repair(store.document, run.catalogue, error, remedy, made)
      return found && { label: found.label, act: () => editor.do(found.command) && editor.runs.start() }
    }
  }
}

/** Shows on its node what a download of the checkpoint there would fetch. */
async function askFor(editor: Editor, id: string): Promise<void> {
  const node = editor.store.node(id)
  const params = Object.entries((node && editor.type(node)?.params) ?? {})
  const [name] = params.find(([, { widget }]) => widget === 'checkpoint') ?? []
  const choice = name === undefined ? undefined : node?.params[name]
  if (name === undefined || typeof choice !== 'string') return
  editor.canvas?.show(id)
  const offered = await editor.downloads.ask(choice)
  if (offered !== undefined) editor.setParam(id, name, offered)
}
