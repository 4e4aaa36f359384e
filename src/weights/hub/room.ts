import { byteText } from '../../base/byte-text.ts'
import { AppError } from '../../base/errors.ts'
import type { WeightStorage } from './storage.ts'

/** Throws `weights/no-space` unless there is room for the bytes of a checkpoint that are to come, and a tenth more. */
export async function checkRoom(storage: WeightStorage, name: string, missing: number): Promise<void> {
  const free = await storage.free()
  if (free === undefined || missing === 0 || free >= 1.1 * missing) return
  const room = `${byteText(missing)} are to come and ${byteText(free)} are free in ${storage.place}`
  throw new AppError('weights/no-space', `There is no room for ${name}: ${room}.`, {
    fix: 'Make room, or delete another download.',
  })
}
