import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import type { Command } from '../../graph/commands.ts'
import type { DocumentNode, GraphDocument } from '../../graph/document.ts'
import type { NodeInfo } from '../../node/catalogue.ts'
import type { DocumentStore } from './document-store.svelte.ts'

/** Seeds that are kept in the list of one parameter. */
const KEPT = 20

export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0

/** What seeds need of the editor. */
export interface SeedsEditor {
  readonly store: DocumentStore
  readonly documents: { readonly active: string | undefined }
  readonly runs: { start(): void }
  do(command: Command): boolean
  type(node: DocumentNode): NodeInfo | undefined
}

/**
 * Which seeds are locked, and with which a picture was made. A seed that is not locked is drawn anew when the person
 * presses Run, before the run: what is shown is always the seed of the picture. Edits never draw one.
 */
export class Seeds {
  readonly #open = new SvelteSet<string>()
  readonly #used = new SvelteMap<string, readonly number[]>()

  constructor(readonly editor: SeedsEditor) {}

  locked(node: string, param: string): boolean {
    return !this.#open.has(this.#key(node, param))
  }

  toggle(node: string, param: string): void {
    const key = this.#key(node, param)
    if (!this.#open.delete(key)) this.#open.add(key)
  }

  /** The last one first. */
  used(node: string, param: string): readonly number[] {
    return this.#used.get(this.#key(node, param)) ?? []
  }

  /** What the button Run does: new seeds where they are not locked, as one step of undo, and a run. */
  run(): void {
    const { editor } = this
    const commands = this.#all(editor.store.document).flatMap(({ node, param }): Command[] =>
      this.locked(node, param) ? [] : [{ do: 'setParam', node, param, value: randomSeed() }],
    )
    if (commands.length > 0 && !editor.do({ do: 'all', commands })) return
    editor.runs.start()
  }

  /** Pictures of the document are there. */
  made(document: GraphDocument): void {
    for (const { node, param, value } of this.#all(document)) {
      if (typeof value !== 'number') continue
      const others = this.used(node, param).filter((seed) => seed !== value)
      this.#used.set(this.#key(node, param), [value, ...others].slice(0, KEPT))
    }
  }

  #all(document: GraphDocument) {
    return document.nodes
      .filter(({ bypass }) => !bypass)
      .flatMap((node) =>
        Object.entries(this.editor.type(node)?.params ?? {}).flatMap(([param, { widget }]) =>
          widget === 'seed' ? [{ node: node.id, param, value: node.params[param] }] : [],
        ),
      )
  }

  /** Ids of nodes are those of others in another graph. */
  #key(node: string, param: string): string {
    return `${this.editor.documents.active ?? ''} ${node} ${param}`
  }
}
