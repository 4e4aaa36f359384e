import { join } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { freeName } from '../../graph/text.ts'
import type { OutputFiles } from '../../node/index.ts'
import { checkWritable, makeFolder } from './folder.ts'
import { writeWhole } from './write-whole.ts'

/** Files of Export nodes in one folder, made on the first. Two nodes that write the same name: the second is numbered. */
export class OutputFolder implements OutputFiles {
  /** Paths of whole files. */
  readonly written: string[] = []
  readonly #taken = new Set<string>()

  constructor(readonly folder: string) {}

  /** Throws `cli/not-written` where it can be told before anything is computed that no file could be written. */
  async check(): Promise<void> {
    await checkWritable(this.folder).catch((cause: unknown) => {
      throw notWritten(`Nothing can be written to the folder ${this.folder}.`, cause)
    })
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    const free = freeName(name, (other) => this.#taken.has(other))
    this.#taken.add(free)
    const path = join(this.folder, free)
    await makeFolder(this.folder)
      .then(() => writeWhole(path, bytes))
      .catch((cause: unknown) => {
        throw notWritten(`${path} could not be written.`, cause)
      })
    this.written.push(path)
  }
}

const notWritten = (message: string, cause: unknown): AppError =>
  new AppError('cli/not-written', message, { fix: 'Give a folder that can be written to with --out.', cause })
