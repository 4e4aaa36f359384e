import type { JsonObject } from '../base/json.ts'

/** The document format this program has. */
export const SCHEMA = 3

/** The one JSON format for saving, sharing, undo and headless runs. */
export interface GraphDocument {
  readonly format: 'marigold-graph'
  readonly schema: typeof SCHEMA
  readonly title: string
  readonly nodes: readonly DocumentNode[]
  readonly links: readonly DocumentLink[]
  /** Behind the nodes; not there when there are none. */
  readonly frames?: readonly DocumentFrame[]
  /** Among the nodes; not there when there are none. */
  readonly notes?: readonly DocumentNote[]
  /** The starred parameters, in the order of the form; not there when there are none. */
  readonly form?: readonly FormEntry[]
  /** Shown as its form, where it has one, when it is opened; absent: as the graph. */
  readonly opensAs?: 'form'
  /** What nodes of the types `group/…` are made of; not there when there are none. */
  readonly groups?: readonly GroupDefinition[]
}

/**
 * Nodes and wires that are used as one node, of the type `group/<id>`. The parameters of such a node stand in place of
 * those of its parts (groups/flatten.ts).
 */
export interface GroupDefinition {
  /** `/^[a-z0-9-]{1,40}$/i`, unique among the groups. */
  readonly id: string
  readonly title: string
  /** What it is for, in a sentence or two. */
  readonly about?: string
  /** The parts: at least one, none of them a group. */
  readonly nodes: readonly DocumentNode[]
  readonly links: readonly DocumentLink[]
  readonly inputs: readonly GroupInput[]
  readonly outputs: readonly GroupOutput[]
  /** In the order in which the node shows them. */
  readonly params: readonly GroupParam[]
}

export interface GroupInput {
  /** Unique among the inputs. */
  readonly name: string
  /** Inputs of parts, at least one, that nothing inside is connected to. */
  readonly to: readonly SocketRef[]
}

export interface GroupOutput {
  /** Unique among the outputs. */
  readonly name: string
  readonly from: SocketRef
}

/** A parameter of a part that the node has as its own. The part's value is its default. */
export interface GroupParam {
  /** Unique among the parameters. */
  readonly name: string
  readonly node: string
  readonly param: string
  /** Absent means that of the part's parameter. */
  readonly label?: string
}

/** In canvas units. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface DocumentNode {
  /** `/^[a-z0-9_-]{1,40}$/i`, unique in the document. */
  readonly id: string
  readonly type: string
  /** Version of the node type whose parameters these are. */
  readonly version: number
  readonly params: JsonObject
  /** Top left corner on the canvas, in canvas units; not part of any cache key. */
  readonly position: Point
  /** A name of the person's own; absent means the type's title. */
  readonly title?: string
  /** Left out: each of its outputs is what the input has that passes through to it (pass-through.ts). */
  readonly bypass?: true
  /** Shown as its header alone; not part of any cache key. */
  readonly collapsed?: true
  /** Seed parameters that the editor draws anew before each Run that a person asks for; not there when there are none. */
  readonly openSeeds?: readonly string[]
}

/** A titled rectangle behind nodes. What lies in it belongs to it; no result depends on it. */
export interface DocumentFrame {
  /** As a node's; unique among the frames. */
  readonly id: string
  readonly title: string
  readonly colour: FrameColour
  readonly box: Rectangle
}

export const FRAME_COLOURS = ['grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple'] as const

export type FrameColour = (typeof FRAME_COLOURS)[number]

/** Plain text on the canvas; no result depends on it. */
export interface DocumentNote {
  /** As a node's; unique among the notes. */
  readonly id: string
  readonly text: string
  /** Absent: yellow. */
  readonly colour?: FrameColour
  readonly box: Rectangle
}

/** A parameter that the form of the graph shows; no result depends on it. */
export interface FormEntry {
  readonly node: string
  readonly param: string
  /** A name of the person's own; absent means that of the parameter. */
  readonly label?: string
}

/** In canvas units. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface DocumentLink {
  readonly from: SocketRef
  readonly to: SocketRef
  /** Points that its wire is led through, from output to input; absent when there are none. No result depends on them. */
  readonly via?: readonly Point[]
}

export interface SocketRef {
  readonly node: string
  readonly socket: string
}
