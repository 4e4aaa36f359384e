import type { PlainError } from '../base/errors.ts'
import type { GraphDocument } from '../graph/document.ts'
import type { ReadDocument } from '../graph/validate.ts'
import type { NodeInfo } from '../node/catalogue.ts'
import type { PictureRef } from '../node/params.ts'
import type {
  BackendInfo,
  Difference,
  Levels,
  Look,
  MemberPicture,
  Members,
  MemoryNeed,
  NodeState,
  PointRead,
  Preview,
  Relief,
  ReliefLook,
  RunReport,
  SpreadPicture,
} from './events.ts'

/** What the engine tells the page. */
export interface EngineEvents {
  ready(info: BackendInfo, catalogue: readonly NodeInfo[], checkpoints: readonly CheckpointRow[]): void
  /** The states of all nodes of the document that was sent last. */
  states(states: ReadonlyMap<string, NodeState>): void
  /** A run of a document that `update` was given has begun by itself. Said before its states. */
  begun(document: GraphDocument): void
  preview(preview: Preview): void
  /** Said before the pictures of what is looked at, and again when a key changes. */
  members(members: Members): void
  member(picture: MemberPicture): void
  spread(picture: SpreadPicture): void
  relief(relief: Relief): void
  /** Share of the whole run that is done, 0..1, and seconds left where they can be told. */
  progress(done: number, secondsLeft: number | undefined): void
  warned(node: string, message: string): void
  /** What the checkpoints of the document take, by choice; not of those that are not here. */
  memory(needs: ReadonlyMap<string, MemoryNeed>): void
  /** A file made by an Export node, to be offered as a download. */
  file(name: string, bytes: Uint8Array, mime: string): void
  finished(report: RunReport): void
  failed(error: PlainError): void
  cancelled(): void
  /**
   * The engine died (lost device, crash) and was started again; results in memory are gone, the document is not.
   * `repeats`: the run that went on begins anew by itself, and its end will be told.
   */
  restarted(reason: string, repeats: boolean): void
}

/** A checkpoint that can be chosen in Load Checkpoint. */
export interface CheckpointRow {
  readonly id: string
  readonly name: string
  readonly about: string
  readonly bytes: number
}

/** What a document's checkpoint begins with when it is a folder that a person gave: its name follows, never its path. */
export const GIVEN_PREFIX = 'folder:'

/** A folder that a person gave. The files stay on the disk and are read in parts, when they are needed. */
export interface GivenFolder {
  readonly name: string
  /** By path relative to the folder, with `/` between parts. */
  readonly files: ReadonlyMap<string, Blob>
}

/** What computes: a graphics device where there is a fit one, else the processor; or one of the two, whatever there is. */
export type BackendChoice = 'auto' | 'webgpu' | 'wasm'

/** An edit may be followed by a run. */
export interface Live {
  /** The node that the viewer shows. */
  readonly viewed: string | undefined
}

/** The page's side of the engine. The engine lives in a Worker that can be killed. */
export interface EngineClient {
  /**
   * Shows the engine the document as it is now; answers with `states`. Cheap; call on every edit. With `live`, what is shown
   * is computed at once where that takes no time (`livePlan`), which `begun` tells: one way there and back.
   */
  update(document: GraphDocument, live?: Live): void
  /** Computes the targets (default: every sink) and what they need. A newer run replaces an older one. */
  run(document: GraphDocument, targets?: readonly string[]): void
  /** Another document comes: of the one before, whose nodes may have the same names, nothing is told any more. */
  leave(): void
  /** Stops between steps; finished members stay cached. Kills the Worker if nothing stops for 5 s. */
  cancel(): void
  /**
   * Gives the engine a person's picture; resolves to the reference to put into a document. Errors: `image/unreadable`,
   * `image/too-large`.
   */
  addPicture(file: Blob, name: string): Promise<PictureRef>
  /**
   * Gives the engine a person's checkpoint, in place of another folder of that name; resolves to what can then be chosen.
   * Errors: `checkpoint/missing-file`, `checkpoint/unsupported` and all that a broken checkpoint can be.
   */
  addCheckpoint(folder: GivenFolder): Promise<CheckpointRow>
  /**
   * Looks at a socket until another one is looked at: `members`, a full-size `preview`, and of an ensemble `member` and
   * `spread` come now and whenever they change.
   */
  view(look: Look): void
  /** Until it is told otherwise, `relief` comes of a depth map now and whenever it changes. */
  relief(look: ReliefLook | undefined): void
  readonly backend: BackendChoice
  /** Starts the engine again on another backend; a run that goes on begins anew there. */
  use(backend: BackendChoice): void
  /** Bytes of results that are kept for later visits. */
  keptBytes(): Promise<number>
  /** Forgets all results, those that are kept for later visits too. */
  forgetResults(): Promise<void>
  /** The numbers at a pixel of the full-size preview that came last; undefined where there are none. */
  read(x: number, y: number): Promise<PointRead | undefined>
  /** How its numbers are spread; undefined where there are none. */
  measure(): Promise<Levels | undefined>
  /** That preview is what `compare` compares with, and `read` reads besides, from now on. */
  pin(): Promise<void>
  /** The last preview less the one that was pinned; undefined when they are of different kinds or sizes. */
  compare(): Promise<Difference | undefined>
  /** Bytes that the loaded models may take; undefined: as many as the device has. Asks for `memory` again. */
  limitMemory(bytes: number | undefined): void
  dispose(): void
}

/** Reads graph files where the nodes' migrations are: in the Worker. */
export interface PresetReader {
  /** Rejects with the AppError that `parseDocument` throws. */
  open(text: string): Promise<ReadDocument>
}

export interface ClientOptions {
  /** Throws for a file that is not a picture, so that no document comes to name it. */
  checkPicture?(file: Blob, name: string): Promise<void>
  /** What computes at first. */
  readonly backend?: BackendChoice
  /** Keeps another choice for the next visit. */
  chosen?(backend: BackendChoice): void
}
