import { plainError } from '../../base/errors.ts'
import { serialize } from '../../graph/serialize.ts'
import { SAY, TEXT } from '../text.ts'
import type { Editor } from './editor.svelte.ts'
import type { Point } from './geometry.svelte.ts'

/** Opens the text of a preset in place of the document; undo brings the old one back. A broken one changes nothing. */
export async function openText(editor: Editor, text: string): Promise<boolean> {
  try {
    const { document, problems } = await editor.read(text)
    if (!editor.do({ do: 'replace', document })) return false
    editor.problems = problems
    editor.trouble = undefined
    editor.run.error = undefined
    editor.selection.clear()
    editor.canvas?.fit()
    editor.say(SAY.opened(document.title || TEXT.untitled))
    return true
  } catch (error) {
    editor.trouble = plainError(error)
    editor.say(SAY.notOpened)
    return false
  }
}

/** Hands the document to the browser as a download. */
export function save(editor: Editor): void {
  const name = `${fileStem(editor.store.document.title)}.json`
  const url = URL.createObjectURL(new Blob([serialize(editor.store.document)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
  editor.say(SAY.saved(name))
}

/** A title as a file name: letters, digits and dashes. */
export const fileStem = (title: string): string =>
  title
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .toLowerCase() || 'graph'

interface PictureParamOf {
  readonly node: string
  readonly param: string
}

/** Where a dropped picture goes: the node it fell on, the selected one, or the first that takes a picture. */
export function pictureTarget(editor: Editor, under?: string): PictureParamOf | undefined {
  const taking = editor.store.document.nodes.flatMap((node) => {
    const params = Object.entries(editor.type(node)?.params ?? {})
    const found = params.find(([, param]) => param.widget === 'picture')
    return found ? [{ node: node.id, param: found[0] }] : []
  })
  return taking.find(({ node }) => node === under) ?? taking.find(({ node }) => editor.selection.has(node)) ?? taking[0]
}

/** Puts a picture file into a node; without a place, a node is added for it. */
export async function putPicture(editor: Editor, file: File, target?: PictureParamOf, at?: Point): Promise<void> {
  try {
    const value = await editor.addPicture(file)
    let place = target
    if (!place) {
      const types = [...editor.run.catalogue.values()]
      const type = types.find(({ params }) => Object.values(params).some(({ widget }) => widget === 'picture'))
      const param = Object.entries(type?.params ?? {}).find(([, { widget }]) => widget === 'picture')?.[0]
      if (!type || param === undefined) return
      place = { node: editor.add(type, at ?? editor.canvas?.middle() ?? { x: 0, y: 0 }), param }
    }
    editor.setParam(place.node, place.param, value)
    editor.say(SAY.picture(file.name, editor.title(place.node)))
    editor.trouble = undefined
    if (!editor.live) editor.start()
  } catch (error) {
    editor.trouble = plainError(error)
  }
}

/** What is done with a dropped or pasted file: a preset is opened, a picture goes to a node. */
export async function takeFile(editor: Editor, file: File, under?: string, at?: Point): Promise<void> {
  if (file.type === 'application/json' || file.name.endsWith('.json')) {
    await openText(editor, await file.text())
  } else if (file.type.startsWith('image/') || /\.(png|jpe?g|webp|avif|gif|bmp|tiff?)$/i.test(file.name)) {
    await putPicture(editor, file, pictureTarget(editor, under), at)
  } else {
    editor.trouble = { code: 'graph/not-a-file', message: SAY.notAFile(file.name) }
  }
}
