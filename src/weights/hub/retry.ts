import { AppError } from '../../base/errors.ts'
import type { Hub } from './hub.ts'

/** A failure that may pass by itself: a cut connection, a busy server. `error` is what is said when it does not. */
export class Transient extends Error {
  constructor(
    readonly error: AppError,
    /** What the server asked to wait. */
    readonly afterMs = 0,
  ) {
    super(error.message)
  }
}

const FIRST_MS = 500
const LONGEST_MS = 30_000
/** Nobody watches a progress bar that stands still for longer. */
const LONGEST_ASKED_MS = 5 * 60_000

/**
 * The result of `attempt`, which is repeated while it fails with `Transient`, after pauses that double and are spread by
 * chance, so that many clients do not come back all at once. `attempt` calls `gained` for whatever it got: only tries in a
 * row that bring nothing are counted. Errors: what `attempt` throws, with `Transient` the error in it.
 */
export async function retried<T>(
  hub: Hub,
  signal: AbortSignal,
  attempt: (gained: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0
  for (;;) {
    try {
      return await attempt(() => (failures = 0))
    } catch (failure) {
      signal.throwIfAborted()
      if (!(failure instanceof Transient)) throw failure
      failures += 1
      if (failures >= hub.tries) throw failure.error
      if (failure.afterMs > LONGEST_ASKED_MS) throw later(failure)
      const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
      await hub.wait(Math.max(failure.afterMs, longest * (0.5 + 0.5 * hub.random())), signal)
    }
  }
}

const later = ({ error, afterMs }: Transient): AppError =>
  new AppError(error.code, error.message, {
    fix: `The server asks to come back in ${Math.ceil(afterMs / 60_000)} minutes. What has arrived is kept: try again then.`,
    cause: error,
  })

/** Milliseconds that `Retry-After` asks for, in seconds or as a date; 0 for none. */
export function retryAfter(header: string | null, now: number): number {
  if (header === null) return 0
  const seconds = Number(header)
  const ms = header.trim() !== '' && Number.isFinite(seconds) ? 1000 * seconds : Date.parse(header) - now
  return Number.isFinite(ms) && ms > 0 ? ms : 0
}
