/** Outlines in a 16 × 16 box, drawn with a stroke. */
export const ICONS = {
  run: 'M5 3.2v9.6l7.6-4.8Z',
  cancel: 'M4.2 4.2h7.6v7.6H4.2Z',
  undo: 'M6 3.5 3 6.5l3 3 M3.2 6.5h6a3.6 3.6 0 0 1 0 7.2H7',
  redo: 'M10 3.5l3 3-3 3 M12.8 6.5h-6a3.6 3.6 0 0 0 0 7.2H9',
  open: 'M2 12.5v-9h4l1.5 2H14v7Z',
  save: 'M8 2.5v7.5 M5 7.2l3 3 3-3 M3 13.3h10',
  add: 'M8 3v10 M3 8h10',
  fit: 'M2.5 6V2.5H6 M10 2.5h3.5V6 M13.5 10v3.5H10 M6 13.5H2.5V10',
  actual: 'M4 5.5 5.5 4.5v7 M10.5 5.5 12 4.5v7 M8 6.5v.1 M8 9.5v.1',
  home: 'M2.5 8 8 3l5.5 5 M4.2 7v6.2h7.6V7',
  dice: 'M3 3h10v10H3Z M5.8 5.8v.1 M10.2 10.2v.1 M8 8v.1 M10.2 5.8v.1 M5.8 10.2v.1',
  close: 'M4 4l8 8 M12 4l-8 8',
  file: 'M4 2h5l3 3v9H4Z M9 2v3h3',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6 M8 1.5v1.4 M8 13.1v1.4 M1.5 8h1.4 M13.1 8h1.4 M3.4 3.4l1 1 M11.6 11.6l1 1 M12.6 3.4l-1 1 M4.4 11.6l-1 1',
  panel: 'M2.5 3.5h11v9h-11Z M9.5 3.5v9',
} as const

export type IconName = keyof typeof ICONS
