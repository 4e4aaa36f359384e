import { MediaQuery } from 'svelte/reactivity'

/** The person points with fingers: there is no double-click, nothing to drop, and no Space bar. */
export const touch = new MediaQuery('(pointer: coarse)')

/** The viewer is below the canvas instead of beside it: on a telephone, and on a tablet held upright, also while it shows a keyboard. */
export const stacked = new MediaQuery('(max-width: 720px), (max-width: 840px) and (min-height: 560px)')

/** A map has no place on the canvas. */
export const mapless = new MediaQuery('(max-width: 720px)')

/** The toolbar has one row, and the rest in a menu. */
export const compact = new MediaQuery('(max-width: 1420px)')

/** What computes is told in that menu too, and buttons of the bar are their icons. */
export const tight = new MediaQuery('(max-width: 1000px)')

/** A telephone held upright: the toolbar has room for what is pressed most. */
export const small = new MediaQuery('(max-width: 680px)')
