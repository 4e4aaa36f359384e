import { SerialQueue } from '../../base/queue.ts'
import { StreamedHash } from './file-hash.ts'
import { readJournal, writeJournal } from './journal.ts'
import type { HubFile } from './repository.ts'
import type { UnverifiedFile, WeightStorage } from './storage.ts'

/** Read at once to be hashed. */
const PART = 2 ** 20

/**
 * The pieces of a file that is being filled, in any order: which are there, on the disk and in the journal, and the hash
 * of them from the first one on. It is of what was read back, so a disk that lies is found out too.
 */
export class Pieces {
  etag: string | null
  readonly #done: Set<number>
  readonly #queue = new SerialQueue()
  /** All before it went into the hash. */
  #next = 0

  private constructor(
    readonly file: HubFile,
    readonly pieceBytes: number,
    readonly stored: UnverifiedFile,
    readonly save: (text: string) => Promise<void>,
    readonly hash: StreamedHash,
    journal: ReturnType<typeof readJournal>,
  ) {
    this.etag = journal.etag
    this.#done = new Set(journal.done)
  }

  /** As the journal has them. */
  static async open(
    file: HubFile,
    pieceBytes: number,
    stored: UnverifiedFile,
    storage: WeightStorage,
    journal: string,
  ): Promise<Pieces> {
    const known = readJournal(await storage.readText(journal), file, pieceBytes, await stored.size())
    const hash = await StreamedHash.of(file.hash.algorithm, file.bytes)
    return new Pieces(file, pieceBytes, stored, (text) => storage.writeText(journal, text), hash, known)
  }

  get missing(): readonly number[] {
    const count = Math.ceil(this.file.bytes / this.pieceBytes)
    return Array.from({ length: count }, (_, piece) => piece).filter((piece) => !this.#done.has(piece))
  }

  /** Bytes of the pieces that are there. */
  get bytes(): number {
    return [...this.#done].reduce((sum, piece) => sum + this.end(piece) - this.begin(piece), 0)
  }

  begin(piece: number): number {
    return piece * this.pieceBytes
  }

  end(piece: number): number {
    return Math.min(this.file.bytes, this.begin(piece) + this.pieceBytes)
  }

  /** A piece was written. The journal says so only when it is on the disk. */
  finish(piece: number): Promise<void> {
    return this.#queue.run(async () => {
      await this.stored.flush()
      this.#done.add(piece)
      await this.save(writeJournal(this.file, this.pieceBytes, { etag: this.etag, done: this.#done }))
      await this.#hashOn()
    })
  }

  /** The hash of all, once nothing is missing. Ends it. */
  async hex(): Promise<string> {
    await this.#queue.run(() => this.#hashOn())
    return this.hash.hex()
  }

  async #hashOn(): Promise<void> {
    for (; this.#done.has(this.#next); this.#next++) {
      const end = this.end(this.#next)
      for (let at = this.begin(this.#next); at < end; at += PART) {
        this.hash.update(await this.stored.read(at, Math.min(end, at + PART)))
      }
    }
  }
}
