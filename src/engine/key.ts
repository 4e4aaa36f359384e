import { hash128 } from '../base/hash.ts'
import { canonical, type Json, type JsonObject } from '../base/json.ts'
import type { Params } from '../node/params.ts'

/** What one value depends on. Titles, positions and the node's id are not here: equal work has equal keys. */
export interface KeyParts {
  readonly type: string
  readonly version: number
  /** The keyed parameters, or what stands for them for this ensemble member. */
  readonly params: Json
  /** By input: the key of its value, of every member's value, or null while it is open. */
  readonly inputs: Readonly<Record<string, Json>>
  /** Content ids of the sources that the parameters name. */
  readonly content: Readonly<Record<string, string>>
}

/** The key of everything a node makes for one member: a Merkle hash, known before anything runs. */
export const keyOf = ({ type, version, params, inputs, content }: KeyParts): string =>
  hash128(canonical([type, version, params, inputs, content]))

/** The key of one output of a node, as it stands in the keys of the nodes after it. */
export const outputKey = (key: string, socket: string): string => `${key}.${socket}`

/** Parameters that decide the result. Sources are left out: their content stands for them. */
export const keyedParams = (params: Params, values: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(values).filter(([name]) => params[name]?.keyed !== false && !isSource(params, name)),
  )

/** True for a parameter that names something outside the document: a picture or a checkpoint. */
export const isSource = (params: Params, name: string): boolean =>
  params[name]?.widget === 'picture' || params[name]?.widget === 'checkpoint'
