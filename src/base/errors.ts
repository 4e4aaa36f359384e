/** Where an error comes from: the first half of its code. */
export type ErrorArea = 'weights' | 'checkpoint' | 'onnx' | 'gpu' | 'image' | 'node' | 'graph' | 'engine' | 'cli'

export interface ErrorDetails {
  /** What the person can do about it, one sentence. */
  readonly fix?: string
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
  readonly node: string | undefined

  constructor(
    readonly code: `${ErrorArea}/${string}`,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.fix = details.fix
    this.node = details.node
  }

  /** The same error, said of a node. An error that already names a node keeps it. */
  at(node: string): AppError {
    if (this.node !== undefined) return this
    return new AppError(this.code, this.message, { ...(this.fix && { fix: this.fix }), node, cause: this })
  }
}

/** What crosses a Worker boundary or goes into a report. */
export interface PlainError {
  readonly code: string
  readonly message: string
  readonly fix?: string
  readonly node?: string
}

/** Any thrown thing as plain data; a foreign error becomes `engine/unexpected` with its own message. */
export function plainError(error: unknown): PlainError {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.fix !== undefined && { fix: error.fix }),
      ...(error.node !== undefined && { node: error.node }),
    }
  }
  return { code: 'engine/unexpected', message: error instanceof Error ? error.message : String(error) }
}
