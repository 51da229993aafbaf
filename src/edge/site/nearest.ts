/** The candidate that a person who wrote `word` most likely meant; undefined if none is close. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestEdits = Math.min(EDITS_MAX, 1 + Math.floor(word.length / 4)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestEdits) continue
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase())
    if (edits >= bestEdits) continue
    best = candidate
    bestEdits = edits
  }
  return best
}

/** `, did you mean feeders?`, or nothing. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates)
  return found === undefined ? '' : `, did you mean ${found}?`
}

const EDITS_MAX = 3

/** Letters to insert, delete or replace (Levenshtein), one row of the table at a time. */
function editsBetween(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const moved = Math.min(above[column] ?? 0, current[column - 1] ?? 0) + 1
      current.push(Math.min(replaced, moved))
    }
    above = current
  }
  return above[to.length] ?? 0
}
