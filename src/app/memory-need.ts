import type { Identified, Room } from '../../models/checkpoint/room.ts'
import type { CheckpointFolder } from '../../models/checkpoint/folder.ts'
import type { MemoryNeed } from '../engine/events.ts'
import type { GraphDocument } from '../graph/document.ts'
import { flatten } from '../graph/groups/flatten.ts'

/** diffusers' resolution for checkpoints that name none. */
const USUAL = 768

/** Latent cells of a side of a square picture at the graph's processing resolution, or the checkpoint's own. */
export function cellsOf({ config: { factor, model } }: CheckpointFolder, document: GraphDocument): number {
  const asked = flatten(document).document.nodes.map(({ type, params, bypass }) =>
    type === 'image/fit-resolution' && !bypass ? params['resolution'] : null,
  )
  const set = asked.filter((value): value is number => typeof value === 'number' && value > 0)
  const resolution = set.length > 0 ? Math.max(...set) : (model?.defaultResolution ?? USUAL)
  return Math.ceil(resolution / factor)
}

/** What a checkpoint takes for a square picture, one member at a time, and where that is too much, what would fit. */
export async function memoryNeed(
  room: Room,
  checkpoint: Identified,
  cells: number,
  signal: AbortSignal,
): Promise<MemoryNeed> {
  const { total, refusal } = await room.need(checkpoint, { batch: 1, height: cells, width: cells }, signal)
  const need = { side: cells * checkpoint.folder.config.factor, bytes: total }
  return refusal === undefined
    ? need
    : { ...need, refusal: { message: `Too much: ${refusal.message}`, fix: refusal.fix ?? '' } }
}
