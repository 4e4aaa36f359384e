const HEX = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i

/** `#f80`, `FF8800` and `#ff8800` as documents have them: `#ff8800`. Undefined where the text is no colour. */
export function hexColour(text: string): string | undefined {
  const digits = HEX.exec(text.trim())?.[1]?.toLowerCase()
  if (digits === undefined) return undefined
  return `#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits}`
}

/** Red, green and blue of `#rrggbb`, sRGB, 0..1. */
export const rgbOf = (hex: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
