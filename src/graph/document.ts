import type { JsonObject } from '../base/json.ts'

/** The one JSON format for saving, sharing, undo and headless runs. */
export interface GraphDocument {
  readonly format: 'marigold-graph'
  readonly schema: 1
  readonly title: string
  readonly nodes: readonly DocumentNode[]
  readonly links: readonly DocumentLink[]
}

export interface DocumentNode {
  /** `/^[a-z0-9_-]{1,40}$/i`, unique in the document. */
  readonly id: string
  readonly type: string
  /** Version of the node type whose parameters these are. */
  readonly version: number
  readonly params: JsonObject
  /** Top left corner on the canvas, in canvas units; not part of any cache key. */
  readonly position: { readonly x: number; readonly y: number }
  /** A name of the person's own; absent means the type's title. */
  readonly title?: string
}

export interface DocumentLink {
  readonly from: SocketRef
  readonly to: SocketRef
}

export interface SocketRef {
  readonly node: string
  readonly socket: string
}
