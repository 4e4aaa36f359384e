import { AppError, plainError } from '../../base/errors.ts'
import { serialize } from '../../graph/serialize.ts'
import type { ReadDocument } from '../../graph/validate.ts'
import { SAY, TEXT } from '../text.ts'
import type { NodeInfo } from '../../node/catalogue.ts'
import { carriedGraph, graphText } from './carried.ts'
import type { Editor } from './editor.svelte.ts'
import type { Point } from './geometry.svelte.ts'

/** What is done with a graph that was read. */
export type Use = (editor: Editor, read: ReadDocument) => void | Promise<void>

/** Opens it beside the others; nothing runs. */
export async function openRead(editor: Editor, read: ReadDocument): Promise<void> {
  await editor.documents.open(read)
  editor.say(SAY.opened(read.document.title || TEXT.untitled))
}

/** Opens the text of a preset, or does something else with it. A broken one changes nothing: false. */
export async function openText(editor: Editor, text: string, use: Use = openRead): Promise<boolean> {
  try {
    await use(editor, await editor.read(text))
    return true
  } catch (error) {
    notOpened(editor, error)
    return false
  }
}

/** The same with the graph in a file: a preset, or a picture that carries one. */
export async function openFile(editor: Editor, file: File, use: Use = openRead): Promise<void> {
  try {
    await openText(editor, await graphText(file), use)
  } catch (error) {
    // It has none, or it was moved or changed since it was chosen.
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
  handOver(name, new Blob([serialize(editor.store.document)], { type: 'application/json' }))
  editor.say(SAY.saved(name))
}

/** Gives a file to the browser, which saves it as a download. */
export function handOver(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
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

/** The parameter of a node type that takes a picture. */
export const pictureOf = (type: NodeInfo | undefined): string | undefined => paramWith(type, 'picture')

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
    if (!editor.runs.live) editor.runs.start()
  } catch (error) {
    notOpened(editor, error)
  }
}

/**
 * What is done with a dropped or pasted file: a preset is opened, a picture goes to a node. Of a picture that carries a graph
 * it is asked which is meant, unless it was dropped on a node that takes pictures.
 */
export async function takeFile(editor: Editor, file: File, under?: string, at?: Point): Promise<void> {
  if (file.type === 'application/json' || file.name.endsWith('.json')) {
    await openFile(editor, file)
  } else if (file.type.startsWith('image/') || /\.(png|jpe?g|webp|avif|gif|bmp|tiff?)$/i.test(file.name)) {
    const target = dropTarget(editor, 'picture', under)
    if (target === undefined || target.node !== under) {
      if (await askCarrier(editor, file, at)) return
    }
    await putPicture(editor, file, target, at)
  } else {
    notOpened(editor, new AppError('graph/not-a-file', SAY.notAFile(file.name), { fix: SAY.whatToDrop }))
  }
}

/** Asks what is done with a picture that carries a graph. False when it carries none. */
async function askCarrier(editor: Editor, file: File, at: Point | undefined): Promise<boolean> {
  try {
    const text = await carriedGraph(file)
    if (text === undefined) return false
    const read = await editor.read(text)
    editor.carriers = [...editor.carriers, { file, read, at }]
  } catch (error) {
    notOpened(editor, error)
  }
  return true
}
