import { version } from '../../../package.json'
import { measured } from '../../base/measured.ts'
import type { Json } from '../../base/json.ts'
import type { CostFile } from '../../engine/costs.ts'
import type { BackendInfo } from '../../engine/events.ts'
import { Tier, memoryFiles, type PackedFiles } from '../../engine/results/tier.ts'

/** Bytes beside a GPU, in this process's memory. */
const MEMORY = 2 ** 28

/**
 * The folder for what this program computes: another version, and another backend, whose numbers differ in their last digits,
 * have their own. `half`: models compute in half precision.
 */
export const keptUnder = ({ backend }: BackendInfo, half: boolean): string =>
  `results-${version}-${backend}${half ? '-half' : ''}`

/** The tiers behind the tensors on a backend: memory, where the tensors are not there themselves, then `files`. */
export function tiers(
  { backend }: BackendInfo,
  files: PackedFiles,
  bytes: number,
  trouble: (error: unknown) => void,
): readonly Tier[] {
  const disk = new Tier(files, bytes, trouble)
  void measured('look for kept results', () => disk.open())
  return backend === 'webgpu' ? [new Tier(memoryFiles(), MEMORY), disk] : [disk]
}

/** What computing takes, beside the results: its name is none of theirs. */
export function costFile(files: PackedFiles): CostFile {
  return {
    async read() {
      const packed = await files.read('costs')
      return packed && (JSON.parse(new TextDecoder().decode(packed)) as Json)
    },
    write: (costs) => files.write('costs', new TextEncoder().encode(JSON.stringify(costs))),
  }
}
