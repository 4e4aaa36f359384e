import { AppError, plainError } from '../base/errors.ts'
import type { Facts } from '../base/facts.ts'
import { canonical, type Json } from '../base/json.ts'
import type { DocumentNode, GraphDocument } from '../graph/document.ts'
import type { Param, PictureRef } from '../node/params.ts'
import type { ContentOf, Registry } from './resolve.ts'

/** Content ids of what a document only names. Both reject with typed errors that say what to do. */
export interface Sources {
  /** `image/missing` when the picture is not here. */
  picture(ref: PictureRef, signal: AbortSignal): Promise<string>
  /** `checkpoint/unknown`, `checkpoint/missing-file`, `checkpoint/unsupported`. */
  checkpoint(choice: string, signal: AbortSignal): Promise<string>
  /** What is known of a content that one of them gave: a plan refuses what could not run on it. */
  factsOf?(content: string): Facts | undefined
}

/** What the pictures and checkpoints of a document hold, looked at once. */
export class Contents {
  readonly #known = new Map<string, string>()

  constructor(
    readonly nodes: Registry,
    readonly sources: Sources,
  ) {}

  /** They may have changed: they are looked at again. */
  clear(): void {
    this.#known.clear()
  }

  /** The content of each source of a document, or why there is none, which is tried again the next time. */
  async of(document: GraphDocument, signal: AbortSignal): Promise<ContentOf> {
    const failures = new Map<string, AppError>()
    await Promise.all(document.nodes.flatMap((node) => this.#identify(node, failures, signal)))
    return (param, value) => {
      const name = nameOf(param, value)
      return (
        this.#known.get(name) ??
        failures.get(name) ??
        new AppError('engine/unknown-source', 'This source was not looked at.')
      )
    }
  }

  #identify(node: DocumentNode, failures: Map<string, AppError>, signal: AbortSignal): readonly Promise<void>[] {
    const params = Object.entries(this.nodes.get(node.type)?.params ?? {})
    return params.map(async ([name, param]) => {
      const value = Object.hasOwn(node.params, name) ? node.params[name] : undefined
      if (value === undefined || value === null) return
      const source = nameOf(param, value)
      if (this.#known.has(source)) return
      try {
        const content = await this.#contentOf(param, value, signal)
        if (content !== undefined) this.#known.set(source, content)
      } catch (error) {
        failures.set(source, typed(error))
      }
    })
  }

  async #contentOf({ widget }: Param, value: Json, signal: AbortSignal): Promise<string | undefined> {
    if (widget === 'checkpoint' && typeof value === 'string') return this.sources.checkpoint(value, signal)
    return widget === 'picture' ? this.sources.picture(value as unknown as PictureRef, signal) : undefined
  }
}

const typed = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('engine/unexpected', plainError(error).message, { cause: error })

const nameOf = (param: Param, value: Json): string => `${param.widget} ${canonical(value)}`
