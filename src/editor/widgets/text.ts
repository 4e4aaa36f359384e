/** What the person reads about seeds; editor/text.ts has the rest. */
export const SEED = {
  lock: (label: string) => `Lock ${label.toLowerCase()}`,
  locked: 'Locked: every run has this one.',
  open: 'Not locked: Run draws a new one first. Edits keep it. Saved with the graph.',
  shuffle: (label: string) => `New random ${label.toLowerCase()}`,
  used: (label: string) => `Earlier ${label.toLowerCase()}s`,
  usedAbout: 'Those that pictures were made with',
  none: 'No picture was made yet',
  shown: 'this one',
} as const
