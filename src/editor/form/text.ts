/** What the person reads about the form of a graph; text.ts has the rest. */
export const FORM = {
  form: 'Form',
  formAbout: 'The starred parameters alone, instead of the graph',
  toggle: 'Form instead of the graph, and back',
  notInForm: 'Show the graph first.',
  edit: 'Arrange',
  editAbout: 'Rename, order and take out what is in the form',
  graph: 'Show the graph',
  first: 'Open this graph as its form',
  firstAbout:
    'Whoever opens it, from a file, a link or a picture, sees this form first and the graph when they ask for it.',
  star: (label: string) => `Star ${label}`,
  starAbout: 'Starred parameters are in the form',
  nameOf: (label: string) => `Name of ${label}`,
  up: (label: string) => `Move ${label} up`,
  down: (label: string) => `Move ${label} down`,
  takeOut: (label: string) => `Take ${label} out`,
  empty: 'Nothing is starred yet',
  emptyHint: 'Show the graph and press the star beside a parameter: it then stands here, and is saved with the graph.',
  dropPhoto: 'Drop a photo here, or choose one:',
  choosePhoto: 'Choose a photo:',
  ofNode: (title: string) => `of ${title}`,
  unknown: 'It belongs to a node that is not known here.',
} as const

/** One line for role=status. */
export const FORM_SAY = {
  starred: (label: string) => `${label} is in the form.`,
  unstarred: (label: string) => `${label} is no longer in the form.`,
  opensAsForm: 'Whoever opens this graph sees its form first.',
  opensAsGraph: 'Whoever opens this graph sees the graph.',
  moved: (label: string, place: number, of: number) => `${label} is ${place} of ${of} in the form.`,
} as const
