import type { Services } from '../base/service.ts'
import type { Backend } from '../tensor/tensor.ts'
import type { PortValue } from './values.ts'

/** Which ensemble member is being computed, and of how many. A node that is not mapped is member 0 of 1. */
export interface Member {
  readonly index: number
  readonly count: number
}

/** Where a member is after a step: what to go on from, and what its outputs would be, seen from there. */
export interface Waypoint {
  readonly state: PortValue
  /** By output socket. */
  readonly outputs: Readonly<Record<string, PortValue>>
}

/**
 * What a node that goes step by step leaves on its way. An attempt that is cancelled goes on from there, and a person can
 * look at the steps afterwards. One entry for each member of the call.
 */
export interface Trail {
  /** The last step before step `of` that an earlier attempt finished for all members. The states are borrowed. */
  resume(of: number): Promise<{ readonly done: number; readonly states: readonly PortValue[] } | undefined>
  /** Step `done` of `of`, not the last, is finished. The tensors are the trail's from here on, also when this rejects. */
  reached(done: number, of: number, members: readonly Waypoint[]): Promise<void>
}

/** What a node may use besides its inputs. `use` gives host services by key: pictures, checkpoints, output files. */
export interface RunContext extends Services {
  readonly backend: Backend
  /** Check between steps: `ctx.signal.throwIfAborted()`. */
  readonly signal: AbortSignal
  readonly member: Member
  /** Step `done` of `of` is finished. */
  progress(done: number, of: number): void
  /** Something the person should know though a result was made ("an ensemble of 2 is no better than 1"). */
  warn(message: string): void
  readonly trail: Trail
}
