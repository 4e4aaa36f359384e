import type { Held } from '../../src/onnx/runtime.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import type { LatentSize } from '../architectures/strip-plan.ts'
import type { CheckpointFolder } from './folder.ts'
import { forecastPart, memoryDevice } from './memory.ts'

/**
 * Bytes of activations for which several members are taken at once where nobody says how much there is: WebGPU does not. The
 * weights of a released checkpoint and this are within the 4 GB of small graphics cards.
 */
const ROOM = 2 ** 30

/**
 * How many latents a part of a checkpoint takes at once: `batch` of `size`, halved until weights and activations, as
 * forecast, are within what the runtime can hold, or the activations within 1 GiB where that is not known. At least one,
 * which is refused where it does not fit.
 */
export async function roomFor(
  folder: CheckpointFolder,
  files: CheckpointFiles,
  runtime: Held,
  part: 'unet' | 'decoder',
  size: LatentSize,
  signal: AbortSignal,
): Promise<number> {
  const { capacity } = runtime
  const device = memoryDevice(runtime)
  for (let { batch } = size; batch > 1; batch = batch >> 1) {
    const need = await forecastPart(folder, files, part, device, { ...size, batch }, signal)
    const { weights, activations, largest } = need
    const fits = capacity.memory === Infinity ? activations <= ROOM : weights + activations <= capacity.memory
    if (fits && largest <= capacity.tensor) return batch
  }
  return 1
}
