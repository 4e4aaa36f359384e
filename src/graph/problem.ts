/** One thing that was changed, or that cannot be used, when a document was read. */
export interface Problem {
  readonly code: `graph/${string}`
  /** Where in the file: `nodes[3].params.steps`. */
  readonly path: string
  readonly message: string
  /** Id of the node it is about. */
  readonly node?: string
  /** `repaired`: the document differs from the file. `kept`: it is as it was, but cannot be used here. */
  readonly effect: 'repaired' | 'kept'
}

export type Report = (problem: Problem) => void
