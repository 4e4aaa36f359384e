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
  examples: 'M2.5 2.5h4.5v4.5h-4.5Z M9 2.5h4.5v4.5H9Z M2.5 9h4.5v4.5h-4.5Z M9 9h4.5v4.5H9Z',
  home: 'M2.5 8 8 3l5.5 5 M4.2 7v6.2h7.6V7',
  dice: 'M3 3h10v10H3Z M5.8 5.8v.1 M10.2 10.2v.1 M8 8v.1 M10.2 5.8v.1 M5.8 10.2v.1',
  close: 'M4 4l8 8 M12 4l-8 8',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6 M8 1.5v1.4 M8 13.1v1.4 M1.5 8h1.4 M13.1 8h1.4 M3.4 3.4l1 1 M11.6 11.6l1 1 M12.6 3.4l-1 1 M4.4 11.6l-1 1',
  help: 'M5.6 5.8a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.9 M8 12.6v.1',
  several: 'M2.5 5V2.5H5 M7 2.5h2 M11 2.5h2.5V5 M13.5 7v2 M2.5 7v2 M2.5 11v2.5H5 M7 13.5h2 M11 13.5h2.5V11',
  duplicate: 'M2.5 2.5h7v7h-7Z M6.5 12v1.5h7v-7H12',
  copy: 'M5 3.5H3.5v10h9v-10H11 M5.5 2.3h5v2.4h-5Z',
  bypass: 'M1.5 10.5h3 M11.5 10.5h3 M4.5 10.5a3.5 4.6 0 0 1 7 0 M6.2 13.3h3.6',
  collapse: 'M2.5 4h11 M2.5 7h11 M5.5 12.8 8 10.3l2.5 2.5',
  pin: 'M6 2.5h4 M6.6 2.5v4L4.4 9.3h7.2L9.4 6.5v-4 M8 9.3v4.4',
  wipe: 'M2.5 3.5h11v9h-11Z M8 1.8v12.4 M9.8 6.2h2 M9.8 9.8h2',
  difference: 'M6.2 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8 M9.8 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8',
  blink: 'M1.8 8C4.6 3.6 11.4 3.6 14.2 8C11.4 12.4 4.6 12.4 1.8 8 M8 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6',
  levels: 'M2.5 13.5V9.5 M5.2 13.5V6 M8 13.5V2.5 M10.8 13.5V7 M13.5 13.5v-3',
  fullscreen: 'M9.5 2.5h4v4 M13.5 2.5 9 7 M6.5 13.5h-4v-4 M2.5 13.5 7 9',
  bin: 'M3 4.5h10 M6.5 4.2V2.8h3v1.4 M4.3 4.5l.6 9h6.2l.6-9 M6.8 7v4 M9.2 7v4',
} as const

export type IconName = keyof typeof ICONS
