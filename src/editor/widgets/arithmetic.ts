/** Longest text that is worked out. */
const LONGEST = 100

/**
 * What a typed number or sum comes to: `768/2`, `2*8+1`, `(3+1)^2`, `-0,5`; undefined when it is neither, or not finite.
 * A comma is a decimal point. Powers bind to the right and before a sign, as in mathematics.
 */
export function calculate(text: string): number | undefined {
  if (text.length > LONGEST) return undefined
  const tokens = text.match(/\d+(?:[.,]\d*)?(?:e[+-]?\d+)?|[.,]\d+(?:e[+-]?\d+)?|\S/gi) ?? []
  let at = 0

  const sum = (): number => {
    let value = product()
    for (;;) {
      if (take('+')) value += product()
      else if (take('-', '−')) value -= product()
      else return value
    }
  }
  const product = (): number => {
    let value = signed()
    for (;;) {
      if (take('*', '×')) value *= signed()
      else if (take('/', '÷')) value /= signed()
      else return value
    }
  }
  const signed = (): number => {
    if (take('-', '−')) return -signed()
    if (take('+')) return signed()
    const base = atom()
    return take('^') ? base ** signed() : base
  }
  const atom = (): number => {
    if (take('(')) {
      const value = sum()
      return take(')') ? value : NaN
    }
    const token = tokens[at++] ?? ''
    return /\d/.test(token) ? Number(token.replace(',', '.')) : NaN
  }
  const take = (...signs: readonly string[]): boolean => {
    const found = signs.includes(tokens[at] ?? '')
    if (found) at++
    return found
  }

  const value = sum()
  // Adding 0 turns −0 into 0.
  return at === tokens.length && Number.isFinite(value) ? value + 0 : undefined
}
