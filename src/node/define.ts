import type { Json, JsonObject } from '../base/json.ts'
import type { Member, RunContext } from './context.ts'
import type { FactsBySocket } from '../base/facts.ts'
import type { Params, ParamValues } from './params.ts'
import type { InputPorts, InputValues, OutputPorts, OutputValues } from './ports.ts'

/**
 * One node type: everything the palette, sockets, widgets, validation, cache keys, command line and docs need, in one
 * object, the default export of one file in nodes/. The file's path is the type: nodes/depth/vae-encode.ts is
 * `depth/vae-encode`.
 *
 * The contract: `run` is pure. Same inputs and parameters give the same outputs; inputs are never written; the only side
 * effects are those of a `sink`. Returned values own their tensors (`retain()` to pass an input on); everything else that
 * `run` allocated is released before it returns or throws.
 */
export interface NodeDefinition<I extends InputPorts, P extends Params, O extends OutputPorts> {
  readonly type: string
  /** Raised when saved parameters or results change meaning. Part of the cache key. */
  readonly version: number
  readonly title: string
  /** One or two sentences for the palette and the tooltip. */
  readonly about: string
  readonly inputs: I
  readonly params: P
  readonly outputs: O
  /** What it does as: the function of the reference, the paper. */
  readonly source?: string
  /** Other words people search for. */
  readonly keywords?: readonly string[]
  /** A node whose effect is the point (View, Export): it is a target of a run. */
  readonly sink?: true
  /** A rough cost: `heavy` nodes wait for a pause in editing before a live run. */
  readonly cost?: 'heavy'
  /** How the time of a member grows with its parameters, to guess it from what others took: the number of steps, say. */
  work?(params: ParamValues<P>): number
  /** For nodes with an `each` output: how many members, and what member i depends on besides the inputs. */
  readonly expand?: {
    count(params: ParamValues<P>): number
    /** Replaces the parameters in the key of one member, so that member i need not depend on how many there are. */
    key(params: ParamValues<P>, member: Member): Json
  }
  /**
   * What is known of the outputs before anything is computed: from what is known of the inputs, and of the sources that the
   * parameters name. Throws an AppError where the node could not run on them.
   */
  foresee?(inputs: FactsBySocket, sources: FactsBySocket): FactsBySocket
  /** Brings saved parameters of an older version up to `to`, oldest first. */
  readonly migrations?: readonly { readonly to: number; up(params: JsonObject): JsonObject }[]
  run(inputs: InputValues<I>, params: ParamValues<P>, ctx: RunContext): Promise<OutputValues<O>>
  /** Several members in one go (a batch axis). */
  readonly batch?: {
    /** Members per call; null: as many as fit, where several at once are quicker. */
    size(params: ParamValues<P>): number | null
    /** For null: how many members like this one fit at once, `most` at most. */
    fit?(member: InputValues<I>, most: number, ctx: RunContext): Promise<number>
    run(
      members: readonly InputValues<I>[],
      params: ParamValues<P>,
      ctx: RunContext,
    ): Promise<readonly OutputValues<O>[]>
  }
}

/** A node whose port and parameter types are not known here: what the engine handles. */
export interface AnyNode extends Omit<
  NodeDefinition<InputPorts, Params, OutputPorts>,
  'run' | 'batch' | 'expand' | 'work'
> {
  work?(params: never): number
  readonly expand?: { count(params: never): number; key(params: never, member: Member): Json }
  readonly batch?: {
    size(params: never): number | null
    fit?(member: never, most: number, ctx: RunContext): Promise<number>
    run(members: never, params: never, ctx: RunContext): Promise<unknown>
  }
  run(inputs: never, params: never, ctx: RunContext): Promise<unknown>
}

export const defineNode = <const I extends InputPorts, const P extends Params, const O extends OutputPorts>(
  definition: NodeDefinition<I, P, O>,
): NodeDefinition<I, P, O> => Object.freeze(definition)
