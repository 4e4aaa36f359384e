import { blobSource, heldReads, type ByteSource, type HeldBytes } from '../source.ts'

/** What only Workers have, which the types of pages lack; several may read at once where the browser knows the mode. */
export interface ReadHandle {
  readonly mode?: string
  getSize(): number
  read(into: Uint8Array, options: { at: number }): number
  close(): void
}
interface ReadableHandle extends FileSystemFileHandle {
  createSyncAccessHandle?(options: { mode: 'read-only' }): Promise<ReadHandle>
}

/**
 * A file of the browser's own file system. Held, it is read into memory of one tensor: by way of the Blob, gigabytes would
 * pass through memory that is collected late, at a third of the rate.
 */
export async function opfsSource(handle: FileSystemFileHandle): Promise<ByteSource> {
  const file = await handle.getFile()
  const { size, slice, hold } = blobSource(file)
  return { size, slice, hold: async () => (await heldHandle(handle, file)) ?? hold() }
}

/** Undefined where the browser has no such handles, or only such as would keep everybody else out. */
async function heldHandle(handle: ReadableHandle, { name, size }: File): Promise<HeldBytes | undefined> {
  const access = await handle.createSyncAccessHandle?.({ mode: 'read-only' }).catch(() => undefined)
  if (access?.mode === 'read-only')
    return heldReads(size, (into, at) => access.read(into, { at }), { name, close: () => access.close() })
  access?.close()
  return undefined
}
