import { AppError } from '../../base/errors.ts'
import { corner } from '../corner.ts'

/** The top left [N,C,height,width] of [N,C,H,W]: takes off what `pad` put right and below. Throws `gpu/wrong-shape`. */
export const crop = corner('crop', (from, { width, height }) => {
  if (width < 1 || height < 1 || width > from.width || height > from.height) {
    throw new AppError('gpu/wrong-shape', `Cannot crop ${from.width}×${from.height} to ${width}×${height}.`)
  }
})
