import type { CheckpointFiles } from './files.ts'
import type { ByteSource } from './source.ts'

/**
 * The same files; `told` hears of every piece that is read at once. Reading a model so keeps its thread from answering
 * anybody, on a slow disk for longer than a hang is given.
 */
export const toldReads = (files: CheckpointFiles, told: () => void): CheckpointFiles => ({
  ...files,
  open: async (path, signal) => toldSource(await files.open(path, signal), told),
})

function toldSource(source: ByteSource, told: () => void): ByteSource {
  const { size, file } = source
  return {
    size,
    ...(file && { file }),
    slice: (begin, end) => source.slice(begin, end),
    async hold() {
      const held = await source.hold()
      return {
        read(begin, end) {
          told()
          return held.read(begin, end)
        },
        close: () => held.close(),
      }
    },
  }
}
