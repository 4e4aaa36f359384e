import type { Json, JsonObject } from '../base/json.ts'

interface Common {
  readonly label: string
  readonly about: string
  /** False for a parameter that changes how, not what, is computed (batch size): it stays out of cache keys. */
  readonly keyed?: false
  /** Folded away until asked for. */
  readonly advanced?: true
  /** It counts, and is shown, only while a choice or a switch of the same node has one of these values. */
  readonly when?: { readonly param: string; readonly is: readonly (string | boolean)[] }
}

/** A real number. `soft` limits bound the slider only; `min` and `max` bound what may be typed or loaded. */
export interface NumberParam extends Common {
  readonly widget: 'number'
  readonly default: number
  readonly min: number
  readonly max: number
  readonly step: number
  readonly integer?: true
  readonly slider?: readonly [low: number, high: number]
  readonly scale?: 'linear' | 'log'
  readonly unit?: string
  /** At most this in a quick look. */
  readonly quick?: number
}

/** An integer that may be left to the checkpoint: null means "auto", and `auto` says what that is. */
export interface AutoParam extends Common {
  readonly widget: 'auto'
  readonly default: number | null
  readonly min: number
  readonly max: number
  readonly step: number
  readonly slider?: readonly [low: number, high: number]
  /** At most this in a quick look, which leaves "auto" as it is. */
  readonly quick?: number
  readonly auto: string
  readonly unit?: string
}

export interface ChoiceParam<C extends string = string> extends Common {
  readonly widget: 'choice'
  readonly default: C
  readonly options: readonly C[]
  /** What a person reads for an option, where it differs from its name. */
  readonly titles?: Readonly<Partial<Record<C, string>>>
}

export interface ToggleParam extends Common {
  readonly widget: 'toggle'
  readonly default: boolean
}

/** A colour, `#rrggbb` in sRGB. */
export interface ColorParam extends Common {
  readonly widget: 'color'
  readonly default: string
}

/** A 32-bit seed. */
export interface SeedParam extends Common {
  readonly widget: 'seed'
  readonly default: number
}

export interface TextParam extends Common {
  readonly widget: 'text'
  readonly default: string
  readonly maxLength: number
}

/** A picture: an example of ours by name, or a person's file by content hash. Bytes and paths are never in a document. */
export type PictureRef =
  | { readonly from: 'example'; readonly name: string }
  | { readonly from: 'file'; readonly name: string; readonly sha256: string }

export interface PictureParam extends Common {
  readonly widget: 'picture'
  readonly default: PictureRef | null
}

/** A checkpoint by catalogue id. */
export interface CheckpointParam extends Common {
  readonly widget: 'checkpoint'
  readonly default: string
}

export type Param =
  | NumberParam
  | AutoParam
  | ChoiceParam
  | ToggleParam
  | ColorParam
  | SeedParam
  | TextParam
  | PictureParam
  | CheckpointParam

export type Params = Readonly<Record<string, Param>>

type ParamValue<P> =
  P extends ChoiceParam<infer C>
    ? C
    : P extends AutoParam
      ? number | null
      : P extends PictureParam
        ? PictureRef | null
        : P extends Param
          ? P['default']
          : never

export type ParamValues<P extends Params> = { readonly [K in keyof P]: Widen<ParamValue<P[K]>> }

type Widen<T> = T extends number ? number : T extends boolean ? boolean : T

type Spec<T extends { widget: string }> = Omit<T, 'widget'>

export const number = (spec: Spec<NumberParam>): NumberParam => ({ widget: 'number', ...spec })
export const integer = (spec: Omit<Spec<NumberParam>, 'integer' | 'step'> & { step?: number }): NumberParam => ({
  widget: 'number',
  step: 1,
  integer: true,
  ...spec,
})
export const auto = (spec: Spec<AutoParam>): AutoParam => ({ widget: 'auto', ...spec })
export const choice = <const C extends string>(spec: Spec<ChoiceParam<C>>): ChoiceParam<C> => ({
  widget: 'choice',
  ...spec,
})
export const toggle = (spec: Spec<ToggleParam>): ToggleParam => ({ widget: 'toggle', ...spec })
export const color = (spec: Spec<ColorParam>): ColorParam => ({ widget: 'color', ...spec })
export const seed = (spec: Spec<SeedParam>): SeedParam => ({ widget: 'seed', ...spec })
export const text = (spec: Spec<TextParam>): TextParam => ({ widget: 'text', ...spec })
export const picture = (spec: Spec<PictureParam>): PictureParam => ({ widget: 'picture', ...spec })
export const checkpointChoice = (spec: Spec<CheckpointParam>): CheckpointParam => ({ widget: 'checkpoint', ...spec })

/** A node's default parameters, as they stand in a new document. */
export const defaultsOf = (params: Params): JsonObject =>
  Object.fromEntries(Object.entries(params).map(([name, param]) => [name, param.default as JsonObject[string]]))

/** Whether a parameter counts beside these values of its node's others. */
export const applies = ({ when }: Param, values: JsonObject): boolean =>
  when === undefined || when.is.some((value: Json) => value === values[when.param])
