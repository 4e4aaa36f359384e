import { SvelteMap } from 'svelte/reactivity'
import type { Command } from '../../graph/commands.ts'
import type { FormEntry } from '../../graph/document.ts'
import { FORM_SAY } from '../form/text.ts'
import type { DocumentStore } from './document-store.svelte.ts'
import type { RunState } from './run-state.svelte.ts'
import type { Selection } from './selection.svelte.ts'

/** What the form needs of the editor. */
export interface FormEditor {
  readonly store: DocumentStore
  readonly selection: Selection
  readonly run: Pick<RunState, 'catalogue'>
  readonly documents: { readonly active: string }
  do(command: Command): boolean
  look(): void
  say(message: string): void
}

/** The form of the document, its starred parameters, and whether it is shown in place of the graph. */
export class Form {
  /** As the person chose in this visit, by document. */
  readonly #shown = new SvelteMap<string, boolean>()

  constructor(readonly editor: FormEditor) {}

  get shown(): boolean {
    return this.#shown.get(this.editor.documents.active) ?? (this.first && this.entries.length > 0)
  }

  get entries(): readonly FormEntry[] {
    return this.editor.store.document.form ?? []
  }

  /** Nothing stays selected behind the form: keys would act on what is not seen. */
  show(shown: boolean): void {
    if (shown) this.editor.selection.clear()
    this.#shown.set(this.editor.documents.active, shown)
    this.editor.look()
  }

  /** Whether whoever opens the graph is shown its form first. */
  get first(): boolean {
    return this.editor.store.document.opensAs === 'form'
  }

  openFirst(first: boolean): void {
    if (this.editor.do({ do: 'setOpensAs', as: first ? 'form' : undefined }))
      this.editor.say(first ? FORM_SAY.opensAsForm : FORM_SAY.opensAsGraph)
  }

  has(node: string, param: string): boolean {
    return this.entries.some((entry) => entry.node === node && entry.param === param)
  }

  /** What the form calls a parameter where the person named it. */
  name({ node, param, label }: FormEntry): string {
    const { editor } = this
    return label ?? editor.run.catalogue.get(editor.store.node(node)?.type ?? '')?.params[param]?.label ?? param
  }

  toggle(node: string, param: string): void {
    const entry = { node, param }
    const on = !this.has(node, param)
    const entries = on ? [...this.entries, entry] : this.#without(entry)
    if (this.#set(entries))
      this.editor.say(on ? FORM_SAY.starred(this.name(entry)) : FORM_SAY.unstarred(this.name(entry)))
  }

  /** An empty name is the parameter's own again. */
  rename(entry: FormEntry, text: string): void {
    const { label: before, ...bare } = entry
    const label = text.trim()
    const same = label === (before ?? '') || label === this.name(bare)
    if (same && before === undefined) return
    const named = label === '' || label === this.name(bare) ? bare : { ...bare, label }
    this.#set(this.entries.map((other) => (other === entry ? named : other)))
  }

  /** Up or down by one. */
  move(entry: FormEntry, by: 1 | -1): void {
    const at = this.entries.indexOf(entry)
    const to = at + by
    if (at < 0 || to < 0 || to >= this.entries.length) return
    if (this.#set(this.entries.toSpliced(at, 1).toSpliced(to, 0, entry)))
      this.editor.say(FORM_SAY.moved(this.name(entry), to + 1, this.entries.length))
  }

  #without({ node, param }: FormEntry): readonly FormEntry[] {
    return this.entries.filter((entry) => entry.node !== node || entry.param !== param)
  }

  #set(form: readonly FormEntry[]): boolean {
    return this.editor.do({ do: 'setForm', form })
  }
}
