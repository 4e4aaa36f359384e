import type { PortKind, Size } from '../node/values.ts'
import { differenceOf } from '../tensor/difference.ts'
import { levelsOf, type Levels } from '../tensor/levels.ts'
import type { Difference, PointRead } from './events.ts'
import type { Painter } from './painter.ts'

/** The numbers of a picture as the viewer shows it. */
export interface Numbers {
  /** As in its Preview. */
  readonly key: string | undefined
  readonly kind: PortKind
  /** Of the value itself. */
  readonly size: Size
  /** [C, height, width] of what was drawn, which is smaller where the value is larger than any canvas. */
  readonly values: Float32Array
  readonly width: number
  readonly height: number
}

/** Answers about the numbers behind the viewer's picture: they are here since it was drawn, also while a run computes. */
export class Inspected {
  #shown: Numbers | undefined
  #levels: Levels | undefined
  #pinned: Numbers | undefined

  constructor(readonly painter: Painter) {}

  show(numbers: Numbers): void {
    this.#shown = numbers
    this.#levels = undefined
  }

  /** What is shown now is compared with from now on. */
  pin(): void {
    this.#pinned = this.#shown
  }

  /** At a pixel of the value, from the top left. Undefined outside it, or while nothing is shown. */
  point(x: number, y: number): PointRead | undefined {
    const shown = this.#shown
    const values = shown && at(shown, x, y)
    if (values === undefined) return undefined
    const pinned = this.#pinned && alike(shown, this.#pinned) ? at(this.#pinned, x, y) : undefined
    const levels = values.length === 1 ? this.levels() : undefined
    const range = levels && ([levels.low, levels.high] as const)
    return { key: shown?.key, x, y, values, ...(range && { range }), ...(pinned && { pinned }) }
  }

  /** Over all channels; undefined while nothing is shown. */
  levels(): Levels | undefined {
    return (this.#levels ??= this.#shown && levelsOf(this.#shown.values))
  }

  /** Shown − pinned. Undefined where kinds or sizes differ. */
  async difference(): Promise<Difference | undefined> {
    const [a, b] = [this.#shown, this.#pinned]
    if (a === undefined || b === undefined || !alike(a, b)) return undefined
    const { width, height } = a
    const { values, signed, largest, mean } = differenceOf(a.values, b.values, width * height)
    const bitmap = await this.painter.difference(values, { width, height }, signed, largest)
    return { key: a.key, signed, largest, mean, bitmap }
  }
}

function at({ values, width, height, size }: Numbers, x: number, y: number): readonly number[] | undefined {
  const column = Math.floor((x * width) / size.width)
  const row = Math.floor((y * height) / size.height)
  if (!(column >= 0 && column < width && row >= 0 && row < height)) return undefined
  const pixels = width * height
  return Array.from({ length: values.length / pixels }, (_, c) => values[c * pixels + row * width + column] ?? NaN)
}

const alike = (a: Numbers | undefined, b: Numbers): boolean =>
  a?.kind === b.kind && a.width === b.width && a.height === b.height && a.values.length === b.values.length
