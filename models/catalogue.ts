/** A checkpoint that can be chosen by name; its diffusers folder is models/<id>. */
export interface CatalogueRow {
  readonly id: string
  readonly name: string
  readonly about: string
}

/** The checkpoints that come with the project. The first one is the default. */
export const catalogue: readonly CatalogueRow[] = [
  {
    id: 'marigold-nano',
    name: 'Marigold Nano',
    about:
      'Comes with the editor: small, trained on procedural scenes with the paper’s protocol. Made to start at once.',
  },
]
