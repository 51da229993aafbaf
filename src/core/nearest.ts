/** Edits between two words that are still taken for a slip of the finger. */
const EDITS_MAX = 3

/** The words most like `word`, best first; none where nothing is near. */
export function nearest(word: string, words: Iterable<string>, count: number): readonly string[] {
  const near: { readonly word: string; readonly distance: number }[] = []
  for (const other of words) {
    const distance = distanceOf(word.toLowerCase(), other.toLowerCase())
    if (distance > Math.min(EDITS_MAX, other.length / 2)) continue
    near.push({ word: other, distance })
    if (near.length <= count) continue
    near.sort((a, b) => a.distance - b.distance)
    near.pop()
  }
  return near.toSorted((a, b) => a.distance - b.distance).map((each) => each.word)
}

/** `, did you mean feeders?`, or nothing. */
export function suggestion(word: string, words: Iterable<string>): string {
  const [found] = nearest(word, words, 1)
  return found === undefined ? '' : `, did you mean ${found}?`
}

/** Characters to insert, remove or replace (Levenshtein); a word that begins with the other counts as one. */
function distanceOf(word: string, other: string): number {
  if (other.startsWith(word) && word.length >= 3) return 1
  if (Math.abs(word.length - other.length) > EDITS_MAX) return EDITS_MAX + 1
  let above = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let row = 1; row <= word.length; row++) {
    const line = [row]
    for (let at = 1; at <= other.length; at++) {
      const replaced = (above[at - 1] ?? 0) + (word[row - 1] === other[at - 1] ? 0 : 1)
      line.push(Math.min(replaced, (above[at] ?? 0) + 1, (line[at - 1] ?? 0) + 1))
    }
    above = line
  }
  return above[other.length] ?? EDITS_MAX + 1
}
