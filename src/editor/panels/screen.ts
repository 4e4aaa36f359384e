import { MediaQuery } from 'svelte/reactivity'

/** The person points with fingers: there is no double-click, nothing to drop, and no Space bar. */
export const touch = new MediaQuery('(pointer: coarse)')

/** The viewer is below the canvas instead of beside it. */
export const narrow = new MediaQuery('(max-width: 720px)')
