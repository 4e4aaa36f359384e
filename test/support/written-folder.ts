import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CheckpointFiles } from '../../src/weights/files.ts'

/** Writes the files of a checkpoint, wherever each comes from, to a folder of the disk as the Hub lays it out. */
export async function writtenFolder(files: CheckpointFiles, folder: string): Promise<string> {
  for (const path of files.sizes.keys()) {
    const source = await files.open(path)
    const to = join(folder, path)
    await mkdir(dirname(to), { recursive: true })
    await writeFile(to, new Uint8Array(await source.slice(0, source.size)))
  }
  return folder
}
