/** A graph to start from. */
export interface ExampleGraph {
  readonly title: string
  /** One line: what it shows. */
  readonly about: string
  /** The text of its file. */
  readonly text: string
}

export interface ExamplePicture {
  readonly name: string
  readonly url: string
}
