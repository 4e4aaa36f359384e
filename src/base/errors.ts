/** Where an error comes from: the first half of its code. */
export type ErrorArea =
  'weights' | 'checkpoint' | 'onnx' | 'gpu' | 'image' | 'node' | 'graph' | 'engine' | 'storage' | 'cli'

/**
 * What a program can do about an error when the person wants it. Parameters are those of the node that the error belongs
 * to and of the nodes before it: an error from within a model knows what to change, but not where it stands in the graph.
 */
export type Remedy =
  | { readonly do: 'again' }
  | { readonly do: 'set'; readonly param: string; readonly value: number | string }
  /** `by` is the share of the present value that is left, 0..1. */
  | { readonly do: 'lower'; readonly param: string; readonly by: number }
  /** Compute without the graphics device. */
  | { readonly do: 'processor' }
  /** Ask for what a download of the checkpoint would fetch. */
  | { readonly do: 'download' }

export interface ErrorDetails {
  /** What the person can do about it, one sentence. */
  readonly fix?: string
  /** The same for the program, best first. */
  readonly remedies?: readonly Remedy[]
  /** Id of the graph node the error belongs to; the engine fills it in. */
  readonly node?: string
  readonly cause?: unknown
}

/**
 * The one error type of this project: `code` is stable and greppable (`area/what`), `message` says what is wrong,
 * `fix` what to do. Anything else that is thrown is a bug.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly fix: string | undefined
  readonly remedies: readonly Remedy[]
  readonly node: string | undefined

  constructor(
    readonly code: `${ErrorArea}/${string}`,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.fix = details.fix
    this.remedies = details.remedies ?? []
    this.node = details.node
  }

  /** The same error, said of a node, and of `which` of its members. An error that already names a node keeps it. */
  at(node: string, which?: string): AppError {
    if (this.node !== undefined) return this
    const { fix, remedies } = this
    const message =
      which === undefined ? this.message : `${which.charAt(0).toUpperCase()}${which.slice(1)}: ${this.message}`
    return new AppError(this.code, message, { ...(fix !== undefined && { fix }), remedies, node, cause: this })
  }
}

/** What crosses a Worker boundary or goes into a report. */
export interface PlainError {
  readonly code: string
  readonly message: string
  readonly fix?: string
  readonly remedies?: readonly Remedy[]
  readonly node?: string
}

/** Any thrown thing as plain data; a foreign error becomes `engine/unexpected` with its own message. */
export function plainError(error: unknown): PlainError {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.fix !== undefined && { fix: error.fix }),
      ...(error.remedies.length > 0 && { remedies: error.remedies }),
      ...(error.node !== undefined && { node: error.node }),
    }
  }
  return { code: 'engine/unexpected', message: error instanceof Error ? error.message : String(error) }
}
