import type { PortKind, ValueOf } from './values.ts'

/**
 * A socket. `each` marks an ensemble: an input that takes all members at once (a reduction), or an output that makes
 * several from one. An ordinary input that is given an ensemble maps: the engine runs the node once per member.
 */
export interface Port<
  K extends PortKind = PortKind,
  Each extends boolean = boolean,
  Optional extends boolean = boolean,
> {
  readonly kind: K
  readonly each: Each
  readonly optional: Optional
  readonly about: string
}

type One<K extends PortKind> = Port<K, false, false>

const port =
  <K extends PortKind>(kind: K) =>
  (about: string): One<K> => ({ kind, each: false, optional: false, about })

export const image = port('image')
export const latent = port('latent')
export const depth = port('depth')
export const normals = port('normals')
export const uncertainty = port('uncertainty')
export const mask = port('mask')
export const checkpoint = port('checkpoint')

/** An input that takes, or an output that makes, one value per ensemble member. */
export const each = <K extends PortKind>(one: One<K>): Port<K, true, false> => ({ ...one, each: true })

/** An input that may stay unconnected. */
export const optional = <K extends PortKind, E extends boolean>(p: Port<K, E, false>): Port<K, E, true> => ({
  ...p,
  optional: true,
})

/** An input that takes any of several kinds (View, Export). */
export interface AnyPort<K extends PortKind = PortKind> {
  readonly kind: 'any'
  readonly of: readonly K[]
  readonly each: false
  readonly optional: false
  readonly about: string
}

export const anyOf = <const K extends PortKind>(of: readonly K[], about: string): AnyPort<K> => ({
  kind: 'any',
  of,
  each: false,
  optional: false,
  about,
})

/** An output of the kind that is connected to an `anyOf` input of the same node. */
export interface SamePort<K extends PortKind = PortKind> {
  readonly kind: 'same'
  readonly as: string
  readonly of: readonly K[]
  readonly each: false
  readonly optional: false
  readonly about: string
}

export const sameAs = <const K extends PortKind>(input: string, of: readonly K[], about: string): SamePort<K> => ({
  kind: 'same',
  as: input,
  of,
  each: false,
  optional: false,
  about,
})

export type InputPort = Port | AnyPort
export type OutputPort = Port<PortKind, boolean, false> | SamePort
export type InputPorts = Readonly<Record<string, InputPort>>
export type OutputPorts = Readonly<Record<string, OutputPort>>

type Single<P> = P extends AnyPort<infer K> | SamePort<infer K>
  ? ValueOf<K>
  : P extends Port<infer K>
    ? ValueOf<K>
    : never
type Given<P> = P extends { each: true } ? readonly Single<P>[] : Single<P>

/** What `run` is given: one value per input, a list where the input is `each`, undefined where optional and open. */
export type InputValues<I extends InputPorts> = {
  readonly [K in keyof I]: I[K] extends { optional: true } ? Given<I[K]> | undefined : Given<I[K]>
}

/** What `run` returns: always one value per output; the engine calls once per member for an `each` output. */
export type OutputValues<O extends OutputPorts> = { readonly [K in keyof O]: Single<O[K]> }
