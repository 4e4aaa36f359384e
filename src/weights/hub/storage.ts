import type { CheckpointFiles } from '../files.ts'

/**
 * Where downloads are kept: a folder on the disk, or the browser's own file system. Paths have `/` between parts and
 * stay inside. Errors of all: `weights/no-space` when there is no room, `weights/unreadable` and `weights/not-written`
 * for the rest.
 */
export interface WeightStorage {
  /** For messages: where it is. */
  readonly place: string
  /** Bytes that there is room for; undefined where that cannot be told. */
  free(): Promise<number | undefined>
  /**
   * A file to be filled, with what it held when it was last closed; made if it is missing. Nobody else can open it
   * meanwhile. Errors: `weights/in-use`.
   */
  open(path: string): Promise<UnverifiedFile>
  /** Bytes of a file; undefined when there is none. */
  size(path: string): Promise<number | undefined>
  /** A small text; undefined when there is none. */
  readText(path: string): Promise<string | undefined>
  /** Replaces a small text: whoever reads, also after a crash, finds the one before or this one. */
  writeText(path: string, text: string): Promise<void>
  /** Names of the files and folders in a folder, `''` for all that is kept; empty when there is none. */
  list(folder: string): Promise<readonly string[]>
  /** A folder with its files, to be read as a checkpoint of this name. */
  folder(path: string, name: string): Promise<CheckpointFiles>
  /** A file, or a folder and all in it; nothing when there is none. */
  remove(path: string): Promise<void>
}

/** A file whose content nobody has checked yet, so that it has no name under which it would be used. */
export interface UnverifiedFile {
  size(): Promise<number>
  write(at: number, bytes: Uint8Array): Promise<void>
  /** May be shorter than asked for, at the end of the file. */
  read(begin: number, end: number): Promise<Uint8Array>
  /** What was written is there after a crash. */
  flush(): Promise<void>
  /** Closes it, and gives it the name under which it is used, at once and whole, in place of another of that name. */
  publish(path: string): Promise<void>
  /** Closes it, if it is open; what it holds is kept. */
  close(): Promise<void>
  /** Cuts it to no bytes. */
  clear(): Promise<void>
}
