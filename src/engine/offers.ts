import type { GraphDocument } from '../graph/document.ts'

/** Edits that are on their way to the Worker: more than a person makes meanwhile. */
const MOST = 16

/** The documents whose runs the Worker may begin by itself, by the numbers that it would give them. */
export class Offers {
  readonly #documents = new Map<number, GraphDocument>()

  add(run: number, document: GraphDocument): void {
    this.#documents.set(run, document)
    for (const oldest of this.#documents.keys()) {
      if (this.#documents.size <= MOST) break
      this.#documents.delete(oldest)
    }
  }

  /** The document of a run that has begun; those before it will not begin any more. */
  take(run: number): GraphDocument | undefined {
    const document = this.#documents.get(run)
    for (const older of [...this.#documents.keys()]) if (older <= run) this.#documents.delete(older)
    return document
  }

  clear(): void {
    this.#documents.clear()
  }
}
