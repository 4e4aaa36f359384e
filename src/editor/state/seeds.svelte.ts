import type { Command } from '../../graph/commands.ts'
import type { DocumentNode, GraphDocument } from '../../graph/document.ts'
import type { NodeInfo } from '../../node/catalogue.ts'
import { ByDocument } from './by-document.ts'
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

/** The seeds of pictures by node and parameter, the last one first. */
type Used = Readonly<Record<string, readonly number[]>>

const isUsed = (value: unknown): value is Used =>
  value !== null &&
  typeof value === 'object' &&
  Object.values(value).every((seeds) => Array.isArray(seeds) && seeds.every((seed) => Number.isSafeInteger(seed)))

const keyOf = (node: string, param: string): string => `${node} ${param}`

/**
 * Which seeds are locked, which the document says, and with which a picture was made, which this browser remembers. A seed
 * that is not locked is drawn anew when the person presses Run, before the run: what is shown is always the seed of the
 * picture. Edits never draw one.
 */
export class Seeds {
  readonly #used: ByDocument<Used>
  #changes = $state(0)

  constructor(
    readonly editor: SeedsEditor,
    storage: Pick<Storage, 'getItem' | 'setItem'> | undefined,
  ) {
    this.#used = new ByDocument(storage, 'marigold-seeds', isUsed)
  }

  locked(node: string, param: string): boolean {
    return !this.editor.store.node(node)?.openSeeds?.includes(param)
  }

  toggle(node: string, param: string): void {
    const open = this.editor.store.node(node)?.openSeeds ?? []
    const seeds = open.includes(param) ? open.filter((name) => name !== param) : [...open, param]
    this.editor.do({ do: 'setOpenSeeds', node, seeds })
  }

  /** The last one first. */
  used(node: string, param: string): readonly number[] {
    return (this.#changes, this.#ofDocument[keyOf(node, param)] ?? [])
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
    const used: Record<string, readonly number[]> = { ...this.#ofDocument }
    for (const { node, param, value } of this.#all(document)) {
      if (typeof value !== 'number') continue
      const others = this.used(node, param).filter((seed) => seed !== value)
      used[keyOf(node, param)] = [value, ...others].slice(0, KEPT)
    }
    this.#used.set(this.editor.documents.active ?? '', used)
    this.#used.keep()
    this.#changes++
  }

  get #ofDocument(): Used {
    return this.#used.get(this.editor.documents.active ?? '') ?? {}
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
}
