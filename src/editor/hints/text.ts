import type { Hint } from './hints.svelte.ts'

/** What a newcomer is told, with a mouse and with fingers. */
export const HINT = {
  hints: 'Hints',
  next: 'Next hint',
  none: 'No more hints',
  mouse: {
    photo: 'Drop a photo of your own anywhere on the page to see its depth.',
    number: 'Drag a number, such as Members, or type it: only what depends on it runs again.',
    add: 'Press Space for another node, or drag from a socket into empty space.',
    find: 'Ctrl+K finds everything that can be done; F1 tells what the selected node does.',
  },
  touch: {
    photo: 'Choose a photo of your own in Load Image to see its depth.',
    number: 'Change a number, such as Members: only what depends on it runs again.',
    add: 'The + adds a node; tap a socket and then another to connect them.',
    find: 'The magnifier finds everything that can be done; the ? on a node tells what it does.',
  },
} as const satisfies Readonly<Record<'mouse' | 'touch', Readonly<Record<Hint, string>>>> &
  Readonly<Record<string, unknown>>
