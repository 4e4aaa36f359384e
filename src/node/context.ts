import type { Services } from '../base/service.ts'
import type { Backend } from '../tensor/tensor.ts'
import type { PortValue } from './values.ts'

/** Which ensemble member is being computed, and of how many. A node that is not mapped is member 0 of 1. */
export interface Member {
  readonly index: number
  readonly count: number
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
  /** Shows a result before it is final. The value still belongs to the node. */
  preview(value: PortValue): void
}
