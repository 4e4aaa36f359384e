import { AppError } from '../base/errors.ts'

/** Of Workers; pages and Node have none. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer }

/** Random access to a file that need not be in memory. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number
  /**
   * The bytes [begin, end), as a copy or a view that nobody writes to. Errors: `weights/truncated` when the file no
   * longer holds them.
   */
  slice(begin: number, end: number): Promise<Uint8Array>
  /** Opens it for reads that cannot wait. Errors: those of `slice`. */
  hold(): Promise<HeldBytes>
  /** The whole file where it lies on a disk that the browser reads: a model runtime may stream it from there itself. */
  readonly file?: File
}

/** A file that is held open: a model runtime asks for tensors from within WebAssembly, which cannot wait. */
export interface HeldBytes {
  /** The bytes [begin, end) at once; the next call may overwrite them. Errors: those of `ByteSource.slice`. */
  read(begin: number, end: number): Uint8Array
  /** It is not read any more. */
  close(): void
}

/**
 * Holds a file that fills memory it is given: `fill` reads into it from a byte on and says how many it read, none at the
 * end of the file. All reads are into the same memory: touching as much anew for each tensor takes longer than reading it.
 */
export function heldReads(
  size: number,
  fill: (into: Uint8Array, at: number) => number,
  { name, close }: { readonly name: string; readonly close: () => void },
): HeldBytes {
  let memory = new Uint8Array()
  return {
    read(begin, end) {
      checkRange(begin, end, size)
      if (memory.length < end - begin) memory = new Uint8Array(end - begin)
      const bytes = memory.subarray(0, end - begin)
      for (let done = 0; done < bytes.length;) {
        const read = fill(bytes.subarray(done), begin + done)
        if (read === 0) throw shorter(name)
        done += read
      }
      return bytes
    },
    close,
  }
}

/** A file that ends before the size that it was listed with. */
export const shorter = (name: string): AppError =>
  new AppError('weights/truncated', `${name} became shorter while it was read.`, { fix: AGAIN })

/** What to do about a file that is another one by now. */
export const AGAIN = 'Run again, so that the whole checkpoint is read again.'

/** A file that is in memory; slices are views. */
export const bytesSource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.byteLength,
  async slice(begin, end) {
    return part(bytes, begin, end)
  },
  hold: async () => heldBytes(bytes),
})

const heldBytes = (bytes: Uint8Array): HeldBytes => ({
  read: (begin, end) => part(bytes, begin, end),
  close: () => undefined,
})

function part(bytes: Uint8Array, begin: number, end: number): Uint8Array {
  checkRange(begin, end, bytes.byteLength)
  return bytes.subarray(begin, end)
}

/** A file the browser holds: picked, dropped, from a cache or the origin's private file system. */
export function blobSource(blob: Blob): ByteSource {
  const slice = async (begin: number, end: number): Promise<Uint8Array> => {
    checkRange(begin, end, blob.size)
    try {
      return new Uint8Array(await blob.slice(begin, end).arrayBuffer())
    } catch (cause) {
      throw unreadable(cause)
    }
  }
  return {
    size: blob.size,
    ...(typeof File !== 'undefined' && blob instanceof File && { file: blob }),
    slice,
    hold: async () => (typeof FileReaderSync === 'undefined' ? heldBytes(await slice(0, blob.size)) : heldBlob(blob)),
  }
}

const heldBlob = (blob: Blob): HeldBytes => ({
  read(begin, end) {
    checkRange(begin, end, blob.size)
    try {
      return new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob.slice(begin, end)))
    } catch (cause) {
      throw unreadable(cause)
    }
  },
  close: () => undefined,
})

/** A picked file that was changed or removed since: NotReadableError, NotFoundError. */
const unreadable = (cause: unknown): AppError =>
  new AppError('weights/unreadable', 'The file can no longer be read.', { fix: 'Pick it again.', cause })

/** Throws `weights/truncated` unless 0 ≤ begin ≤ end ≤ size. */
export function checkRange(begin: number, end: number, size: number): void {
  if (Number.isSafeInteger(begin) && Number.isSafeInteger(end) && 0 <= begin && begin <= end && end <= size) return
  throw new AppError('weights/truncated', `Bytes ${begin} to ${end} were asked of a file of ${size} bytes.`, {
    fix: 'Download the file again: it may be incomplete.',
  })
}
