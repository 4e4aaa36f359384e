import type { PlainError } from '../base/errors.ts'
import type { PortKind, Size } from '../node/values.ts'
import type { ColormapName } from '../tensor/colormap.ts'
import type { Levels } from '../tensor/levels.ts'

export { colormapNames, type ColormapName } from '../tensor/colormap.ts'
export type { Levels }

/** What a node is doing, as the page shows it. */
export type NodeState =
  /** Its result is in the cache: a run would not compute it. */
  | { readonly phase: 'cached' }
  /** It would be computed by a run: `members` of `of` are missing (1 of 1 for a node without an ensemble). */
  | {
      readonly phase: 'stale'
      readonly members: number
      readonly of: number
      /** Milliseconds that they will take, where this device has shown it. */
      readonly ms?: number
    }
  /** It cannot run: an input is open, a parameter is bad, a type is unknown. */
  | { readonly phase: 'blocked'; readonly error: PlainError }
  /** It is left out: what passes through it needs no state of its own. */
  | { readonly phase: 'bypassed' }
  | { readonly phase: 'waiting' }
  | {
      readonly phase: 'running'
      /** Those that are computed at once, from 0. */
      readonly members: readonly number[]
      readonly of: number
      readonly step: number
      readonly steps: number
    }
  | { readonly phase: 'done'; readonly ms: number; readonly computed: number; readonly cached: number }
  | { readonly phase: 'failed'; readonly error: PlainError }
  /** It was to be computed, but needs what the node `failed` should have made. */
  | { readonly phase: 'skipped'; readonly failed: string }

/** What the large viewer looks at. */
export interface Look {
  readonly node: string
  readonly socket: string
  /** From 0. Left out: the first, or of a node that makes one value of an ensemble, that value. */
  readonly member?: number | undefined
  /** A step before the last, from 1, where the node leaves steps; the result when left out. */
  readonly step?: number | undefined
  readonly display?: Display
}

/** The depth map that the 3D view stands on, and the picture that lies over it. */
export interface ReliefLook {
  readonly node: string
  readonly socket: string
  /** From 0. */
  readonly member: number
  readonly photo?: { readonly node: string; readonly socket: string } | undefined
}

/** A depth map as the 3D view is built of it. */
export interface Relief {
  readonly of: ReliefLook
  /** Changes exactly when depth or photo may. */
  readonly key: string
  /** `depth`: 0 near .. 1 far. `disparity`, its inverse: 0 far .. 1 near. */
  readonly quantity: 'depth' | 'disparity'
  /** Samples of the map, at most 512 along its longer side. */
  readonly width: number
  readonly height: number
  /** Row by row from the top left. */
  readonly values: Float32Array<ArrayBuffer>
  /** Missing where there is none, or none yet. */
  readonly photo?: ImageBitmap
}

/** How the viewer's picture is drawn, which changes nothing of the graph. */
export interface Display {
  /** Of what has one number per pixel; the kind's own way when left out. */
  readonly colormap?: ColormapName
  readonly invert?: boolean
  /** The numbers that are black and white, or the first and the last colour; low < high. */
  readonly range?: readonly [low: number, high: number]
}

/** The numbers at one pixel of the viewer's picture. */
export interface PointRead {
  /** Of the picture that was read, as in its Preview. */
  readonly key: string | undefined
  readonly x: number
  readonly y: number
  /** One per channel. */
  readonly values: readonly number[]
  /** The smallest and the largest number of a picture of one channel. */
  readonly range?: readonly [low: number, high: number]
  /** Of what is compared with, where kind and size are the same. */
  readonly pinned?: readonly number[]
}

/** What the viewer's picture has more than what it is compared with. */
export interface Difference {
  readonly key: string | undefined
  /** Blue less, white the same, red more; otherwise brighter where they differ more. */
  readonly signed: boolean
  /** Of the absolute differences. */
  readonly largest: number
  readonly mean: number
  readonly bitmap: ImageBitmap
}

/** Which step of what is made step by step is seen. */
export interface StepsSeen {
  /** From 1; `of` is the result itself. */
  readonly shown: number
  readonly of: number
  /** Those that can be looked at, in order. Without `of` the result is not finished. */
  readonly kept: readonly number[]
}

/** A node on which an ensemble is shown. */
export interface StripOn {
  readonly node: string
  /** It makes one value of the members, which is seen when none of them is chosen. */
  readonly merged: boolean
}

/** The members of an ensemble that is shown, as they are now. */
export interface Members {
  /** Where they are: the output of a node that runs once for each. */
  readonly node: string
  readonly socket: string
  /** By member; a key changes exactly when the member's value may change. Empty while it cannot be computed. */
  readonly keys: readonly string[]
  /** Empty when they are shown no more. */
  readonly shownOn: readonly StripOn[]
}

/** A small picture of one finished member of an ensemble that is shown. */
export interface MemberPicture {
  readonly node: string
  readonly socket: string
  readonly member: number
  readonly key: string
  readonly bitmap: ImageBitmap
}

/** How much the finished members of an ensemble that is shown differ: the standard deviation of each pixel. */
export interface SpreadPicture {
  readonly node: string
  readonly socket: string
  /** Of the members that it is of. */
  readonly keys: readonly string[]
  readonly bitmap: ImageBitmap
}

/** A picture of a node's output, ready to draw. `full` is the viewer's, at the value's own size; others fit in 320 px. */
export interface Preview {
  readonly node: string
  readonly socket: string
  readonly full: boolean
  /** Which member is shown, from 0. */
  readonly member: number
  readonly kind: PortKind
  /** A depth map that holds disparity: 0 far, 1 near. */
  readonly disparity?: true
  /** Pixel size of the value itself, not of the bitmap. */
  readonly size: Size
  readonly members: number
  /** Of the large one: the member's key, as in `Members`. */
  readonly key?: string
  readonly steps?: StepsSeen
  readonly bitmap: ImageBitmap
}

/** One line of a run report, per node. Times are wall milliseconds. */
export interface NodeReport {
  readonly id: string
  readonly type: string
  readonly ms: number
  readonly computed: number
  readonly cached: number
  readonly warnings: readonly string[]
}

export interface RunReport {
  readonly backend: 'webgpu' | 'wasm'
  readonly adapter: string
  /** Why not WebGPU, when that was left to the program. */
  readonly reason?: string
  readonly ms: number
  readonly nodes: readonly NodeReport[]
  /** Targets that could not run, one error each; the others ran. */
  readonly blocked?: readonly PlainError[]
  /** Nodes that failed, one error each; what does not depend on them was computed. Not there when none failed. */
  readonly failed?: readonly PlainError[]
  /** Nodes that were left out because they depend on a failed one. */
  readonly skipped?: readonly SkippedNode[]
}

export interface SkippedNode {
  readonly node: string
  /** The node whose result is missing. */
  readonly failed: string
}

/** What a checkpoint takes in memory where the engine computes, for the graph's resolution, one member at a time. */
export interface MemoryNeed {
  /** Pixels of a side of the square picture that it is worked out for; others of this resolution take less. */
  readonly side: number
  /** All of its models. */
  readonly bytes: number
  /** Why it would not run, and what would. */
  readonly refusal?: { readonly message: string; readonly fix: string }
}

/** What the engine can do here, known before the first run. */
export interface BackendInfo {
  readonly backend: 'webgpu' | 'wasm'
  /** For people: "NVIDIA RTX 3060 (WebGPU)", "2 threads (WebAssembly)". */
  readonly adapter: string
  /** Why not WebGPU, when it is wasm. */
  readonly reason?: string
}
