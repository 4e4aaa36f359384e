/** What the person reads about arranging the canvas; text.ts has the rest. */
export const CANVAS_TEXT = {
  bypass: 'Bypass',
  collapse: 'Collapse',
  expand: 'Expand',
  cut: 'Cut the wires to other nodes',
  openGroup: 'Open into parts',
  openGroupAbout: 'Open into parts (double-click)',
  gather: 'Make one node of the selection',
  frame: 'Frame',
  frameIt: 'Frame what is selected',
  frameName: (title: string) => `Frame: ${title || 'no title'}`,
  frameAbout: 'Drag it with what it holds; double-click to type',
  resize: 'Drag to resize; Ctrl keeps it off the grid',
  frameTitle: 'Title of the frame',
  note: 'Note',
  addNote: 'Add note',
  noteName: (text: string) => `Note: ${text.trim().split('\n', 1)[0]?.slice(0, 60) || 'empty'}`,
  noteText: 'Text of the note',
  noteHint: 'Type a note',
  noteEmpty: 'Empty note',
  turn: (at: number, from: string, to: string) => `Point ${at} of the wire from ${from} to ${to}`,
  turnAbout: 'Drag it; double-click or Delete takes it away',
  map: 'Map of the graph',
  mapAbout: 'Press or drag to look there',
  mapOf: (count: number, running: number, failed: number, waiting: number) =>
    [
      `Map of the graph: ${count === 1 ? '1 node' : `${count} nodes`}`,
      ...(running > 0 ? [`${running} running`] : []),
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(waiting > 0 ? [`${waiting} to run`] : []),
    ].join(', '),
  arrange: 'Arrange',
  tidy: 'Tidy',
  tidyAbout: 'In columns from left to right: the selected nodes, or all',
  aligns: {
    left: 'Align left edges',
    centre: 'Align in a column',
    right: 'Align right edges',
    top: 'Align top edges',
    middle: 'Align in a row',
    bottom: 'Align bottom edges',
  },
  distributeX: 'Distribute from left to right',
  distributeY: 'Distribute from top to bottom',
  colour: 'Colour',
  colours: {
    grey: 'Grey',
    red: 'Red',
    orange: 'Orange',
    yellow: 'Yellow',
    green: 'Green',
    teal: 'Teal',
    blue: 'Blue',
    purple: 'Purple',
  },
} as const

const nodes = (count: number): string => (count === 1 ? '1 node' : `${count} nodes`)

/** One line for role=status. */
export const CANVAS_SAY = {
  /** What there is of each: "2 nodes, 1 frame". */
  counted: (count: number, frames: number, notes: number) => {
    const parts = [
      [count, nodes(count)],
      [frames, frames === 1 ? '1 frame' : `${frames} frames`],
      [notes, notes === 1 ? '1 note' : `${notes} notes`],
    ] as const
    const there = parts.filter(([some]) => some > 0).map(([, said]) => said)
    return there.length === 0 ? nodes(0) : there.join(', ')
  },
  bypassed: (count: number) => `Bypassed ${nodes(count)}.`,
  unbypassed: (count: number) => `${nodes(count)} in use again.`,
  noPassThrough: (title: string) => `${title} cannot be bypassed: no input has the kind of an output.`,
  collapsed: (count: number) => `Collapsed ${nodes(count)}.`,
  expanded: (count: number) => `Expanded ${nodes(count)}.`,
  opened: (title: string, parts: number) => `Opened ${title} into ${parts} parts.`,
  noGroup: 'Select a node that is made of parts first.',
  gathered: (count: number) => `Made one node of ${nodes(count)}.`,
  cut: (count: number) => (count === 1 ? 'Cut 1 wire.' : `Cut ${count} wires.`),
  nothingCut: 'There is no wire to cut.',
  inserted: (title: string) => `${title} is in the wire now.`,
  nothingSelected: 'Select nodes first.',
  noMarkSelected: 'Select a frame or a note first.',
  led: (count: number) => (count === 1 ? 'The wire has a point to drag.' : `${count} wires have a point to drag.`),
  unled: 'The point is gone.',
  tidied: (count: number) => `Tidied ${nodes(count)}.`,
  tidying: (count: number) => `Laying out ${nodes(count)} …`,
  tidiedTooLate: 'The graph was changed while it was laid out, and was left as it is. Press L to lay it out now.',
  nothingToTidy: 'There is nothing to tidy.',
  aligned: (count: number) => `Moved ${nodes(count)} into line.`,
  selectMore: (count: number) => `Select at least ${nodes(count)} first.`,
  noWireHere: 'Point at a wire, or select the node that it goes into.',
  framed: 'Framed. Type its title.',
  coloured: (name: string) => `Coloured ${name.toLowerCase()}.`,
} as const
