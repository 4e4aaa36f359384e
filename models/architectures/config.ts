import { AppError } from '../../src/base/errors.ts'

export type ConfigJson = Readonly<Record<string, unknown>>

/**
 * A component's config.json, read with diffusers' defaults for keys that are left out. What we cannot compute is
 * refused as `checkpoint/unsupported`, naming the key and its value.
 */
export class ConfigReader {
  constructor(
    /** For messages: "unet/config.json". */
    readonly file: string,
    readonly json: ConfigJson,
  ) {}

  integer(key: string, fallback: number): number {
    const value = this.json[key] ?? fallback
    return isCount(value) ? value : this.refuse(key, 'a positive whole number')
  }

  number(key: string, fallback: number): number {
    const value = this.json[key] ?? fallback
    return typeof value === 'number' && Number.isFinite(value) ? value : this.refuse(key, 'a number')
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.json[key] ?? fallback
    return typeof value === 'boolean' ? value : this.refuse(key, 'true or false')
  }

  choice<const C extends string>(key: string, options: readonly C[], fallback: C): C {
    const value = this.json[key] ?? fallback
    return options.find((option) => option === value) ?? this.refuse(key, options.join(' or '))
  }

  integers(key: string, fallback: readonly number[]): readonly number[] {
    const value = this.json[key] ?? fallback
    return isList(value, isCount) && value.length > 0 ? value : this.refuse(key, 'a list of positive whole numbers')
  }

  /** One number for all blocks, or a list with one for each. */
  perBlock(key: string, blocks: number, fallback: number): readonly number[] {
    const value = this.json[key] ?? fallback
    if (isCount(value)) return Array.from({ length: blocks }, () => value)
    return isList(value, isCount) && value.length === blocks
      ? value
      : this.refuse(key, `a number, or ${blocks} of them`)
  }

  /** Block types: `blocks` names out of `known`. */
  types<const C extends string>(
    key: string,
    known: readonly C[],
    blocks: number,
    fallback: readonly C[],
  ): readonly C[] {
    const value = this.json[key] ?? fallback
    const isKnown = (name: unknown): name is C => known.some((one) => one === name)
    const fits = isList(value, isKnown) && value.length === blocks
    return fits ? value : this.refuse(key, `${blocks} block types out of ${known.join(', ')}`)
  }

  /** The key must be absent, or one of these values. */
  mustBe(key: string, ...allowed: readonly (string | number | boolean | null)[]): void {
    const value = this.json[key]
    if (value === undefined || allowed.some((one) => one === value)) return
    this.refuse(key, allowed.map((one) => JSON.stringify(one)).join(' or '))
  }

  refuse(key: string, wanted: string): never {
    const value = JSON.stringify(this.json[key] ?? null)
    throw new AppError('checkpoint/unsupported', `${key} is ${value} in ${this.file}; supported is ${wanted}.`, {
      fix: 'Use a checkpoint of the Stable Diffusion 2 family, as the Marigold models are.',
    })
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0

const isList = <T>(value: unknown, is: (one: unknown) => one is T): value is readonly T[] =>
  Array.isArray(value) && value.every(is)
