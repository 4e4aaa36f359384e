import type { PlainError } from '../../base/errors.ts'
import type { History } from '../../graph/history.ts'
import type { Problem } from '../../graph/problem.ts'

/** What of the editor belongs to the document that is shown. */
export interface Showing {
  readonly store: { use(history: History): void }
  readonly run: { errors: readonly PlainError[] }
  readonly selection: { clear(): void }
  readonly viewing: { look(node: undefined, type: undefined): void }
  readonly canvas: { begin(): void } | undefined
  problems: readonly Problem[]
  trouble: PlainError | undefined
  look(): void
}

/** Shows another document, with what can be undone of it and what was found while it was read. */
export function show(editor: Showing, history: History, problems: readonly Problem[]): void {
  editor.store.use(history)
  shown(editor, problems)
}

/** After another document has come: nothing of the one before is looked at. */
export function shown(editor: Showing, problems: readonly Problem[]): void {
  editor.problems = problems
  editor.trouble = undefined
  editor.run.errors = []
  editor.selection.clear()
  // Its nodes may have the names of others.
  editor.viewing.look(undefined, undefined)
  editor.look()
  editor.canvas?.begin()
}
