import { AppError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import type { DecodedPicture, PictureRef, Pictures } from '../../node/index.ts'
import { checkFileSize } from './limits.ts'

/** Bytes of an encoded picture → its samples, upright. Errors: `image/unreadable`, `image/too-large`. */
export type DecodePicture = (bytes: Uint8Array<ArrayBuffer>, name: string) => Promise<DecodedPicture>

/** Bytes of a picture in examples/images, or undefined when there is none of that name. */
export type ReadExample = (name: string, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer> | undefined>

/** Pictures by reference: the examples, and files that the person gave, kept encoded. */
export class PictureShelf implements Pictures {
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>()
  readonly #examples = new Map<string, string>()

  constructor(
    readonly decode: DecodePicture,
    readonly readExample: ReadExample,
  ) {}

  /** Keeps a person's file; resolves to the reference to put into a document. */
  async add(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<PictureRef> {
    checkFileSize(name, bytes.byteLength)
    const hash = await sha256(bytes)
    this.keep(hash, name, bytes)
    return { from: 'file', name, sha256: hash }
  }

  /** Keeps a file whose hash is known already. A document says its name, so that is not kept. */
  keep(hash: string, _name: string, bytes: Uint8Array): void {
    this.#files.set(hash, new Uint8Array(bytes))
  }

  /** The sha256 of the file, which stands for the picture in cache keys. Errors: `image/missing`. */
  async contentId(ref: PictureRef, signal: AbortSignal): Promise<string> {
    if (ref.from === 'file') {
      if (!this.#files.has(ref.sha256)) throw missing(ref)
      return ref.sha256
    }
    const known = this.#examples.get(ref.name)
    if (known !== undefined) return known
    const hash = await sha256(await this.#bytes(ref, signal))
    this.#examples.set(ref.name, hash)
    return hash
  }

  async load(ref: PictureRef, signal: AbortSignal): Promise<DecodedPicture> {
    const bytes = await this.#bytes(ref, signal)
    signal.throwIfAborted()
    return this.decode(bytes, ref.name)
  }

  async #bytes(ref: PictureRef, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = ref.from === 'file' ? this.#files.get(ref.sha256) : await this.readExample(ref.name, signal)
    if (bytes === undefined) throw missing(ref)
    return bytes
  }
}

const missing = (ref: PictureRef): AppError =>
  ref.from === 'example'
    ? new AppError('image/missing', `There is no example picture ${ref.name}.`, {
        fix: 'Choose another picture (on the command line: --image FILE for one of your own).',
      })
    : new AppError(
        'image/missing',
        `The picture ${ref.name} is not here: graphs name pictures, they do not hold them.`,
        {
          fix: 'Choose the file again (on the command line: --image FILE).',
        },
      )
