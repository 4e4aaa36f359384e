/**
 * How well `query` fits `text`, 0 when not at all: every letter of the query must occur in order; letters at the start of
 * a word and unbroken runs count more, so "va de" finds "VAE Decode" before "Save depth".
 */
export function fuzzyScore(query: string, text: string): number {
  const wanted = query.toLowerCase().replaceAll(' ', '')
  const given = text.toLowerCase()
  let score = 0
  let at = 0
  let run = 0
  for (const letter of wanted) {
    const found = given.indexOf(letter, at)
    if (found < 0) return 0
    const startsWord = found === 0 || /[^a-z0-9]/.test(given[found - 1] ?? '')
    run = found === at ? run + 1 : 1
    score += (startsWord ? 4 : 1) + run - Math.min(found - at, 3) * 0.5
    at = found + 1
  }
  return Math.max(score / Math.sqrt(given.length + 4), Number.MIN_VALUE)
}

/** What can be searched for. */
export interface Searchable {
  readonly title: string
  readonly keywords: readonly string[]
  readonly category: string
}

/** What fits the query, best first. A title counts more than a keyword, a keyword more than the category. */
export function search<T extends Searchable>(all: readonly T[], query: string): readonly T[] {
  if (query.trim() === '') return all
  const scored = all.map((one) => ({
    one,
    score: Math.max(
      3 * fuzzyScore(query, one.title),
      1.5 * Math.max(0, ...one.keywords.map((word) => fuzzyScore(query, word))),
      fuzzyScore(query, one.category),
    ),
  }))
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.one.title.localeCompare(b.one.title))
    .map(({ one }) => one)
}
