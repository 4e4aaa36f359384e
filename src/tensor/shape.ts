import { AppError } from '../base/errors.ts'
import type { Dims, Tensor } from './tensor.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** [N,C,H,W] of a tensor of four dimensions. Throws `gpu/wrong-shape` for any other. */
export function nchw(tensor: Tensor): readonly [n: number, c: number, h: number, w: number] {
  const [n, c, h, w] = tensor.dims
  if (tensor.dims.length !== 4 || n === undefined || c === undefined || h === undefined || w === undefined) {
    throw new AppError('gpu/wrong-shape', `Expected a tensor [N,C,H,W], got [${tensor.dims.join(', ')}].`)
  }
  return [n, c, h, w]
}

export const sameDims = (a: Dims, b: Dims): boolean => a.length === b.length && a.every((n, i) => n === b[i])

/** The first input of a kernel that takes at least one. */
export function only<T extends Tensor>(inputs: readonly T[]): T {
  const [first] = inputs
  if (!first) throw new AppError('gpu/wrong-shape', 'A kernel was run without its input.')
  return first
}
