import { AppError, plainError } from '../../base/errors.ts'
import { serialize } from '../../graph/serialize.ts'
import { SAY, TEXT } from '../text.ts'
import type { NodeInfo } from '../../node/catalogue.ts'
import type { Editor } from './editor.svelte.ts'
import type { Point } from './geometry.svelte.ts'

/** Opens the text of a preset beside the others. A broken one changes nothing. */
export async function openText(editor: Editor, text: string): Promise<boolean> {
  try {
    const read = await editor.read(text)
    await editor.documents.open(read)
    editor.say(SAY.opened(read.document.title || TEXT.untitled))
    return true
  } catch (error) {
    notOpened(editor, error)
    return false
  }
}

/** Opens a preset's file. */
export async function openFile(editor: Editor, file: File): Promise<void> {
  try {
    await openText(editor, await file.text())
  } catch (error) {
    // It was moved or changed since it was chosen.
    notOpened(editor, error)
  }
}

/** What was given could not be used. */
export function notOpened(editor: Editor, error: unknown): void {
  editor.trouble = plainError(error)
  editor.say(SAY.notOpened)
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

/** A parameter of a node. */
export interface ParamOf {
  readonly node: string
  readonly param: string
}

type FileWidget = 'picture' | 'checkpoint'

/** Where a dropped picture or checkpoint goes: the node it fell on, the selected one, or the first that takes one. */
export function dropTarget(editor: Editor, widget: FileWidget, under?: string): ParamOf | undefined {
  const taking = editor.store.document.nodes.flatMap((node) => {
    const param = paramWith(editor.type(node), widget)
    return param === undefined ? [] : [{ node: node.id, param }]
  })
  return taking.find(({ node }) => node === under) ?? taking.find(({ node }) => editor.selection.has(node)) ?? taking[0]
}

/** A node is added for what has no place. Undefined when no node type takes it. */
export function addTarget(editor: Editor, widget: FileWidget, at?: Point): ParamOf | undefined {
  const type = [...editor.run.catalogue.values()].find((type) => paramWith(type, widget) !== undefined)
  const param = paramWith(type, widget)
  if (!type || param === undefined) return undefined
  return { node: editor.add(type, at ?? editor.canvas?.middle() ?? { x: 0, y: 0 }), param }
}

const paramWith = (type: NodeInfo | undefined, widget: FileWidget): string | undefined =>
  Object.entries(type?.params ?? {}).find(([, param]) => param.widget === widget)?.[0]

/** Puts a picture file into a node; without a place, a node is added for it. */
export async function putPicture(editor: Editor, file: File, target?: ParamOf, at?: Point): Promise<void> {
  try {
    const value = await editor.addPicture(file)
    const place = target ?? addTarget(editor, 'picture', at)
    if (!place) return
    editor.setParam(place.node, place.param, value)
    editor.say(SAY.picture(file.name, editor.title(place.node)))
    editor.trouble = undefined
    if (!editor.live) editor.start()
  } catch (error) {
    notOpened(editor, error)
  }
}

/** What is done with a dropped or pasted file: a preset is opened, a picture goes to a node. */
export async function takeFile(editor: Editor, file: File, under?: string, at?: Point): Promise<void> {
  if (file.type === 'application/json' || file.name.endsWith('.json')) {
    await openFile(editor, file)
  } else if (file.type.startsWith('image/') || /\.(png|jpe?g|webp|avif|gif|bmp|tiff?)$/i.test(file.name)) {
    await putPicture(editor, file, dropTarget(editor, 'picture', under), at)
  } else {
    notOpened(editor, new AppError('graph/not-a-file', SAY.notAFile(file.name), { fix: SAY.whatToDrop }))
  }
}
