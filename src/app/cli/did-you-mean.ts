/** `Did you mean "steps"? ` for a word that is nearly one of the known ones; empty when none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, edits: edits(word.toLowerCase(), candidate.toLowerCase()) }))
    // One slip in short words, one in three letters of longer ones.
    .filter(
      ({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)) && edits < candidate.length,
    )
    .sort((a, b) => a.edits - b.edits)
  return nearest ? `Did you mean "${nearest.candidate}"? ` : ''
}

/**
 * Damerau-Levenshtein distance with adjacent swaps (optimal string alignment): the least insertions, deletions,
 * substitutions and swaps of neighbours that turn a into b.
 */
export function edits(a: string, b: string): number {
  // Row i holds the distances of the first i letters of a to every beginning of b.
  let twoBack: readonly number[] = []
  let oneBack: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (oneBack[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          substituted,
          (oneBack[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          swapped ? (twoBack[j - 2] ?? 0) + 1 : Infinity,
        ),
      )
    }
    twoBack = oneBack
    oneBack = row
  }
  return oneBack[b.length] ?? 0
}
