import type { Editor } from './state/editor.svelte.ts'

/** What only the page can do: what it shows besides the graph. */
export interface PageCommands {
  readonly open: () => void
  /** Chooses a file whose graph is added to this one. */
  readonly addFile: () => void
  readonly welcome: () => void
  readonly addNode: () => void
  readonly escape: () => void
  /** The sheet of keys and gestures. */
  readonly help: () => void
  /** The search through everything that can be done. */
  readonly commands: () => void
  readonly light: () => void
}

export type ActionGroup = 'Run' | 'Edit' | 'Nodes' | 'Look' | 'In the viewer' | 'Graph' | 'Help'

/** Something that can be done, by key, from the list of commands, and as the sheet of keys shows it. */
export interface Action {
  readonly name: string
  readonly group: ActionGroup
  /** As `Ctrl+Shift+Z`; Ctrl is Command on a Mac. They work wherever nothing is typed into. */
  readonly keys?: readonly string[]
  /** Keys that mean this only while the canvas or a node on it has the focus. */
  readonly canvasKeys?: readonly string[]
  /** Keys that mean this, before anything else, while the viewer has the focus. */
  readonly viewerKeys?: readonly string[]
  /** It acts on what the canvas shows, and so not behind the form, as all of the group Nodes. */
  readonly graph?: true
  /** Keys work while something is typed too. */
  readonly everywhere?: true
  /** The browser has an event of its own for the keys, which EditorPage hears. */
  readonly browser?: true
  /** Other words people search for. */
  readonly keywords?: readonly string[]
  /** Why it cannot be done now; undefined when it can. */
  unable?(editor: Editor): string | undefined
  run(editor: Editor, page: PageCommands): void
}

/** All keys of an action, for people. */
export const keysOf = ({ keys = [], canvasKeys = [], viewerKeys = [] }: Action): readonly string[] => [
  ...keys,
  ...canvasKeys,
  ...viewerKeys,
]
