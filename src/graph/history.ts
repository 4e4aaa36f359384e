import { apply, type Command } from './commands.ts'
import type { GraphDocument } from './document.ts'

/** One thing that undo takes back: all commands of one gesture. */
interface Step {
  readonly gesture: string | undefined
  readonly done: readonly Command[]
  /** Inverses, the last command's first. */
  readonly undo: readonly Command[]
}

/** What happens to a history, as data: a log of them on the same start gives the same history. */
export type HistoryAction =
  { readonly do: 'apply'; readonly command: Command; readonly gesture?: string } | { readonly do: 'undo' | 'redo' }

/** A history as plain data. */
export interface PackedHistory {
  readonly document: GraphDocument
  /** Oldest first. */
  readonly past: readonly PackedStep[]
  /** The next one to redo last. */
  readonly future: readonly PackedStep[]
}

type PackedStep = Pick<Step, 'done' | 'undo'>

/** A document and the way back. Undo and redo are commands too: nothing is kept but them. */
export class History {
  #document: GraphDocument
  #past: readonly Step[] = []
  #future: readonly Step[] = []

  constructor(
    document: GraphDocument,
    /** Steps that can be taken back; older ones are forgotten. */
    readonly cap = 200,
  ) {
    this.#document = document
  }

  get document(): GraphDocument {
    return this.#document
  }

  get canUndo(): boolean {
    return this.#past.length > 0
  }

  get canRedo(): boolean {
    return this.#future.length > 0
  }

  /**
   * Applies a command. Commands that follow each other with the same `gesture` (a drag of a slider, say) are one step.
   * Throws what `apply` throws; then nothing has changed.
   */
  apply(command: Command, gesture?: string): GraphDocument {
    const { document, inverse } = apply(this.#document, command)
    const last = this.#past.at(-1)
    const same = gesture !== undefined && last?.gesture === gesture && this.#future.length === 0
    const step = same && last ? joined(last, command, inverse) : { gesture, done: [command], undo: [inverse] }
    this.#past = [...(same ? this.#past.slice(0, -1) : this.#past), step].slice(-this.cap)
    this.#future = []
    return (this.#document = document)
  }

  /** Applies, undoes or redoes. Throws what `apply` throws. */
  act(action: HistoryAction): GraphDocument {
    if (action.do === 'apply') return this.apply(action.command, action.gesture)
    return action.do === 'undo' ? this.undo() : this.redo()
  }

  pack(): PackedHistory {
    const bare = ({ done, undo }: Step): PackedStep => ({ done, undo })
    return { document: this.#document, past: this.#past.map(bare), future: this.#future.map(bare) }
  }

  /** The history that was packed; its gestures are over. */
  static unpack({ document, past, future }: PackedHistory): History {
    const history = new History(document)
    const over = (step: PackedStep): Step => ({ ...step, gesture: undefined })
    history.#past = past.map(over)
    history.#future = future.map(over)
    return history
  }

  undo(): GraphDocument {
    const step = this.#past.at(-1)
    if (step === undefined) return this.#document
    this.#past = this.#past.slice(0, -1)
    this.#future = [...this.#future, step]
    return (this.#document = applyAll(this.#document, step.undo))
  }

  redo(): GraphDocument {
    const step = this.#future.at(-1)
    if (step === undefined) return this.#document
    this.#future = this.#future.slice(0, -1)
    // A gesture that was undone and redone is over.
    this.#past = [...this.#past, { ...step, gesture: undefined }]
    return (this.#document = applyAll(this.#document, step.done))
  }
}

const applyAll = (document: GraphDocument, commands: readonly Command[]): GraphDocument =>
  apply(document, { do: 'all', commands }).document

/** A drag sends hundreds of values for one thing: only the first way back and the last value matter. */
function joined(step: Step, command: Command, inverse: Command): Step {
  const last = step.done.at(-1)
  if (last !== undefined && overwrites(last, command)) return { ...step, done: [...step.done.slice(0, -1), command] }
  return { ...step, done: [...step.done, command], undo: [inverse, ...step.undo] }
}

/** Commands that say all of what they change. */
const WHOLE: ReadonlySet<Command['do']> = new Set([
  'setTitle',
  'setFrames',
  'setNotes',
  'setForm',
  'setOpensAs',
  'setGroups',
])

function overwrites(before: Command, after: Command): boolean {
  if (before.do === 'setParam' && after.do === 'setParam')
    return before.node === after.node && before.param === after.param
  if (before.do === 'setVia' && after.do === 'setVia')
    return before.to.node === after.to.node && before.to.socket === after.to.socket
  if (before.do === 'renameNode' && after.do === 'renameNode') return before.node === after.node
  if (before.do === 'moveNodes' && after.do === 'moveNodes') {
    const moved = Object.keys(before.positions)
    return (
      moved.length === Object.keys(after.positions).length && moved.every((id) => Object.hasOwn(after.positions, id))
    )
  }
  return before.do === after.do && WHOLE.has(after.do)
}
