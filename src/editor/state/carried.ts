import { AppError } from '../../base/errors.ts'
import { LIMITS } from '../../graph/limits.ts'
import { graphInPng } from '../../graph/sharing/png.ts'
import type { ReadDocument } from '../../graph/validate.ts'
import type { Point } from './geometry.svelte.ts'

/** A picture's file that carries a graph. */
export interface Carrier {
  readonly file: File
  readonly read: ReadDocument
  /** Where the picture was dropped, on the canvas. */
  readonly at: Point | undefined
}

/** Bytes of a picture in which a graph is looked for. */
const LARGEST_PICTURE = 256 * 2 ** 20
/** A UTF-16 unit, which is what the limit of a text counts, takes at most three bytes in UTF-8. */
const LARGEST_TEXT = 3 * LIMITS.text

/** The text of the graph that a picture's file carries; undefined when it carries none. Errors: as `graphInPng`. */
export async function carriedGraph(file: File): Promise<string | undefined> {
  if (!mayCarry(file) || file.size > LARGEST_PICTURE) return undefined
  return graphInPng(new Uint8Array(await file.arrayBuffer()))
}

/**
 * The text of the graph in a file: a preset, or a picture that carries one. It is still to be read. Errors: `graph/none`,
 * `graph/too-large`, and those of `graphInPng`.
 */
export async function graphText(file: File): Promise<string> {
  if (mayCarry(file)) {
    const text = await carriedGraph(file)
    if (text !== undefined) return text
    throw new AppError('graph/none', `${file.name} is a picture that carries no graph.`, {
      fix: 'To use it as a photo, drop it on the page or choose it in Load Image.',
    })
  }
  if (file.size <= LARGEST_TEXT) return file.text()
  throw new AppError('graph/too-large', `${file.name} is larger than a graph can be.`, {
    fix: 'Open a graph that was saved by Marigold Nodes.',
  })
}

const mayCarry = ({ type, name }: File): boolean => type === 'image/png' || /\.png$/i.test(name)
