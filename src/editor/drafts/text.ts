import type { PlainError } from '../../base/errors.ts'

const named = (title: string): string => (title === '' ? 'The graph' : `“${title}”`)

/** What is said of documents that the browser keeps. */
export const DRAFTS = {
  graphs: 'Graphs',
  tabs: 'Open graphs',
  untitled: 'Untitled graph',
  close: (title: string) => `Close ${title === '' ? 'the untitled graph' : title}`,
  closed: (title: string) => `Closed ${title === '' ? 'an untitled graph' : `“${title}”`}.`,
  takeBack: 'Reopen it',
  earlier: 'Earlier graphs',
  closedOnes: 'Closed',
  versions: 'Earlier versions of this graph',
  nothingEarlier: 'Graphs that you close, and earlier versions of the one that is shown, can be opened again here.',
  /** A time as the person's language has it. */
  when: (at: number) => new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }),

  copy: (title: string): PlainError => ({
    code: 'storage/elsewhere',
    message: `${named(title)} is open in another window. This is a copy of it.`,
    fix: 'What you change here stays here: nothing overwrites the other one.',
  }),
  shortened: (title: string): PlainError => ({
    code: 'storage/damaged',
    message: `The last edits of ${named(title)} were damaged and are missing.`,
    fix: 'Everything before them is here, and can be undone.',
  }),
  careful: (title: string): PlainError => ({
    code: 'storage/careful',
    message: `${named(title)} was open when this page ended unexpectedly, twice. It does not run by itself now.`,
    fix: 'Make it smaller (resolution, members), then press Run, or switch Live on again.',
  }),
  newer: (title: string): PlainError => ({
    code: 'storage/newer',
    message: `${named(title)} was kept by a newer version of this program. It is left as it is.`,
    fix: 'Reload the page to get that version.',
  }),
} as const
