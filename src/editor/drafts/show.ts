import type { PlainError } from '../../base/errors.ts'
import type { History } from '../../graph/history.ts'
import type { Problem } from '../../graph/problem.ts'

/** What of the editor belongs to the document that is shown. */
export interface Showing {
  readonly store: { use(history: History): void }
  readonly run: {
    readonly nodes: ReadonlyMap<string, { readonly phase: string }>
    forget(): void
  }
  readonly device: { leave(): void }
  readonly selection: { clear(): void }
  readonly viewing: { look(node: undefined, type: undefined): void }
  readonly canvas: { begin(): void } | undefined
  problems: readonly Problem[]
  trouble: PlainError | undefined
  look(): void
}

/** Shows another document, with what can be undone of it and what was found while it was read. */
export function show(editor: Showing, history: History, problems: readonly Problem[]): void {
  // States and pictures are those of the document before, whose nodes may have the same names.
  editor.device.leave()
  editor.run.forget()
  editor.store.use(history)
  editor.problems = problems
  editor.trouble = undefined
  editor.selection.clear()
  editor.viewing.look(undefined, undefined)
  editor.look()
  editor.canvas?.begin()
}
