/** What the person reads about seeds and colours; editor/text.ts has the rest. */
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

export const COLOUR = {
  choose: (label: string) => `Choose colour: ${label}`,
  about: (otherwise: string) => `Empty the field, or double-click the name, for ${otherwise}.`,
  none: (text: string) => `“${text}” is no colour. Type one as #ff8800.`,
} as const
