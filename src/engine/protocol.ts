import type { PlainError } from '../base/errors.ts'
import type { GraphDocument } from '../graph/document.ts'
import type { ReadDocument } from '../graph/validate.ts'
import type { NodeInfo } from '../node/catalogue.ts'
import type { CheckpointRow, Live } from './client.ts'
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

/** Page → Worker. Handled in the order they are sent. */
export type ToWorker =
  | {
      readonly do: 'update'
      readonly document: GraphDocument
      /** The number of the run that may begin by itself. */
      readonly live?: Live & { readonly run: number }
    }
  | {
      readonly do: 'run'
      readonly run: number
      readonly document: GraphDocument
      readonly targets?: readonly string[] | undefined
    }
  | { readonly do: 'cancel' }
  /** What comes next is of another document; `left` answers, and nothing is told of this one after it. */
  | { readonly do: 'leave'; readonly leave: number }
  | { readonly do: 'picture'; readonly sha256: string; readonly name: string; readonly bytes: Uint8Array }
  /** Until the next one, its pictures come whenever they change. */
  | { readonly do: 'view'; readonly look: Look }
  /** The same for the 3D view; undefined: it was closed. */
  | { readonly do: 'relief'; readonly look: ReliefLook | undefined }
  | {
      readonly do: 'checkpoint'
      readonly request: number
      readonly name: string
      readonly files: ReadonlyMap<string, Blob>
    }
  | { readonly do: 'open'; readonly request: number; readonly text: string }
  /** Asks what is kept for later visits, after it was forgotten where that is asked for. */
  | { readonly do: 'results'; readonly request: number; readonly forget: boolean }
  /** Of the picture that the viewer was sent last: `read`, `measured`, `pinned` and `differs` answer. */
  | { readonly do: 'read'; readonly request: number; readonly x: number; readonly y: number }
  | { readonly do: 'measure'; readonly request: number }
  | { readonly do: 'pin'; readonly request: number }
  | { readonly do: 'compare'; readonly request: number }
  | { readonly do: 'memory'; readonly bytes: number | undefined }
  | { readonly do: 'ping'; readonly ping: number }

/** Worker → page. `run` is the number of the run it is said of. */
export type FromWorker =
  | {
      readonly say: 'ready'
      readonly info: BackendInfo
      readonly catalogue: readonly NodeInfo[]
      readonly checkpoints: readonly CheckpointRow[]
    }
  /** Files that follow are of this run. With `targets` it has begun by itself after an update. */
  | { readonly say: 'begun'; readonly run: number; readonly targets?: readonly string[] }
  | { readonly say: 'states'; readonly states: readonly (readonly [string, NodeState])[] }
  | { readonly say: 'left'; readonly leave: number }
  | { readonly say: 'preview'; readonly preview: Preview }
  | { readonly say: 'members'; readonly members: Members }
  | { readonly say: 'member'; readonly picture: MemberPicture }
  | { readonly say: 'spread'; readonly picture: SpreadPicture }
  | { readonly say: 'relief'; readonly relief: Relief }
  | { readonly say: 'progress'; readonly run: number; readonly done: number; readonly secondsLeft: number | undefined }
  | { readonly say: 'warned'; readonly node: string; readonly message: string }
  | { readonly say: 'memory'; readonly needs: readonly (readonly [string, MemoryNeed])[] }
  | { readonly say: 'file'; readonly name: string; readonly bytes: Uint8Array; readonly mime: string }
  | { readonly say: 'finished'; readonly run: number; readonly report: RunReport }
  | { readonly say: 'failed'; readonly run: number; readonly error: PlainError }
  | { readonly say: 'cancelled'; readonly run: number }
  | { readonly say: 'opened'; readonly request: number; readonly read: ReadDocument }
  | { readonly say: 'taken'; readonly request: number; readonly row: CheckpointRow }
  | { readonly say: 'kept'; readonly request: number; readonly bytes: number }
  | { readonly say: 'read'; readonly request: number; readonly point: PointRead | undefined }
  | { readonly say: 'measured'; readonly request: number; readonly levels: Levels | undefined }
  | { readonly say: 'pinned'; readonly request: number }
  | { readonly say: 'differs'; readonly request: number; readonly difference: Difference | undefined }
  | { readonly say: 'refused'; readonly request: number; readonly error: PlainError }
  /** The engine cannot go on (the device is lost, or it could not start): replace the Worker. */
  | { readonly say: 'dead'; readonly error: PlainError }
  | { readonly say: 'pong'; readonly ping: number }
  /** At work that keeps it from hearing a ping. */
  | { readonly say: 'busy' }

export interface HostPort {
  post(message: FromWorker, transfer?: Transferable[]): void
}
