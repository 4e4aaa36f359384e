import { AppError } from '../../base/errors.ts'
import { corner } from '../corner.ts'

/**
 * [N,C,H,W] → [N,C,height,width]: the last column and row repeated to the right and below (torch's "replicate"). Throws
 * `gpu/wrong-shape`.
 */
export const pad = corner('pad', (from, { width, height }) => {
  if (width < from.width || height < from.height) {
    throw new AppError('gpu/wrong-shape', `Cannot pad ${from.width}×${from.height} to the smaller ${width}×${height}.`)
  }
})
