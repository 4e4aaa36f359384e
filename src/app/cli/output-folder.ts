import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { freeName } from '../../graph/text.ts'
import type { OutputFiles } from '../../node/index.ts'
import { writeWhole } from './write-whole.ts'

/** Files of Export nodes in one folder, made on the first. Two nodes that write the same name: the second is numbered. */
export class OutputFolder implements OutputFiles {
  /** Paths of whole files. */
  readonly written: string[] = []
  readonly #taken = new Set<string>()

  constructor(readonly folder: string) {}

  async write(name: string, bytes: Uint8Array): Promise<void> {
    const free = freeName(name, (other) => this.#taken.has(other))
    this.#taken.add(free)
    const path = join(this.folder, free)
    await mkdir(this.folder, { recursive: true })
      .then(() => writeWhole(path, bytes))
      .catch((cause: unknown) => {
        throw new AppError('cli/not-written', `${path} could not be written.`, {
          fix: 'Give a folder that can be written to with --out.',
          cause,
        })
      })
    this.written.push(path)
  }
}
