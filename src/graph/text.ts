/** Control characters, and those that reorder text (bidi), hide in it or break lines. */
const UNSHOWABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu
const UNSHOWABLE_IN_LINES =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** A text that is safe to show in one line, of at most `length` UTF-16 units. */
export const singleLine = (text: string, length: number): string => cut(text.replace(UNSHOWABLE, ''), length)

/** The same, but line feeds and tabs may stay. */
export const lines = (text: string, length: number): string => cut(text.replace(UNSHOWABLE_IN_LINES, ''), length)

/** The last part of a path: folders are private. */
export const fileName = (path: string, length: number): string => singleLine(path.split(/[\\/]/).at(-1) ?? '', length)

/** Never ends in half a surrogate pair. */
const cut = (text: string, length: number): string => text.slice(0, length).replace(/[\ud800-\udbff]$/u, '')

/** The name, or where it is taken the first that is free of `stem-2.png`, `stem-3.png` and so on. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  const [, stem = name, ending = ''] = /^(.*?)(\.[^.]*)?$/.exec(name) ?? []
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${stem}-${n}${ending}`
    if (!taken(candidate)) return candidate
  }
}
