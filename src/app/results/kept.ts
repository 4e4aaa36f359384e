import { version } from '../../../package.json'
import { measured } from '../../base/measured.ts'
import type { Json } from '../../base/json.ts'
import type { CostFile } from '../../engine/costs.ts'
import type { KeptElsewhere } from '../../engine/engine.ts'
import type { BackendInfo } from '../../engine/events.ts'
import { Tier, memoryFiles, namedResult, type PackedFiles } from '../../engine/results/tier.ts'

/** Bytes beside a GPU, in this process's memory. */
const MEMORY = 2 ** 28

/**
 * The folder for what this program computes: another version, and another backend, whose numbers differ in their last digits,
 * have their own. `half`: models compute in half precision.
 */
export const keptUnder = ({ backend }: BackendInfo, half: boolean): string =>
  `results-${version}-${backend}${half ? '-half' : ''}`

/** Folders that `keptUnder` may have named, in this version or another. */
const KEPT = /^results-(\d+\.\d+\.\d+.*)-(?:webgpu|wasm)(?:-half)?$/

/** Folders of packed results, side by side. */
export interface ResultFolders {
  list(): Promise<readonly string[]>
  open(name: string): PackedFiles
  /** Nothing when it is not empty. */
  remove(name: string): Promise<void>
}

/** The results of other backends beside those in `own`. */
export function elsewhere(folders: ResultFolders, own: string): KeptElsewhere {
  const others = async () => (await folders.list()).filter((name) => name !== own && KEPT.exec(name)?.[1] === version)
  return {
    async bytes() {
      const names = await Promise.all((await others()).map((name) => folders.open(name).list()))
      return names.flat().reduce((sum, name) => sum + (namedResult(name)?.bytes ?? 0), 0)
    },
    async clear() {
      for (const other of await others()) await empty(folders.open(other), (name) => namedResult(name) !== undefined)
    },
  }
}

/** Nothing will ever read what another version has kept. Takes away what is known to be the program's, and no more. */
export async function removeOlder(folders: ResultFolders): Promise<void> {
  for (const name of await folders.list()) {
    const found = KEPT.exec(name)
    if (found === null || found[1] === version) continue
    await empty(folders.open(name), (file) => file === COSTS || namedResult(file) !== undefined)
    await folders.remove(name)
  }
}

async function empty(files: PackedFiles, which: (name: string) => boolean): Promise<void> {
  for (const name of (await files.list()).filter(which)) await files.remove(name)
}

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

const COSTS = 'costs'

/** What computing takes, beside the results: its name is none of theirs. */
export function costFile(files: PackedFiles): CostFile {
  return {
    async read() {
      const packed = await files.read(COSTS)
      return packed && (JSON.parse(new TextDecoder().decode(packed)) as Json)
    },
    write: (costs) => files.write(COSTS, new TextEncoder().encode(JSON.stringify(costs))),
  }
}
