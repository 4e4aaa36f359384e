import { SHARING } from '../sharing-text.ts'
import type { Downloads } from './downloads.svelte.ts'
import type { Kept } from './kept.svelte.ts'
import type { RunState } from './run-state.svelte.ts'

/** A graph to start from. */
export interface ExampleGraph {
  readonly title: string
  /** One line: what it shows. */
  readonly about: string
  /** The text of its file. */
  readonly text: string
  /** Address of a picture of what it gives. */
  readonly picture?: string | undefined
  /** Ids of the checkpoints that it names. */
  readonly checkpoints?: readonly string[]
}

export interface ExamplePicture {
  readonly name: string
  readonly url: string
}

export interface Need {
  readonly id: string
  readonly here: boolean
  readonly text: string
}

/** What knows of checkpoints: those of the engine, what is kept in the browser, and what can be downloaded. */
export interface CheckpointsKnown {
  readonly run: Pick<RunState, 'checkpoints'>
  readonly kept: Kept
  readonly downloads: Downloads
}

/** The checkpoints of an example, and whether each is here. */
export const needs = (editor: CheckpointsKnown, { checkpoints = [] }: ExampleGraph): readonly Need[] =>
  checkpoints.map((id) => {
    const kept = editor.kept.here?.get(id)
    const row = editor.run.checkpoints.find((one) => one.id === id) ?? (kept?.whole === true ? kept : undefined)
    if (row) return { id, here: true, text: SHARING.here(row.name) }
    const remote = editor.downloads.remote(id)
    const downloading = editor.downloads.states.get(id)?.phase === 'running'
    return { id, here: false, text: SHARING.away(remote?.name ?? id, remote?.bytes, downloading) }
  })
