/** A set of whole numbers as ranges, both ends included, ascending, never touching one another. */
export type Range = readonly [from: number, to: number]

export class Ranges {
  #ranges: [number, number][]

  constructor(ranges: readonly Range[] = []) {
    this.#ranges = ranges.map(([from, to]) => [from, to])
  }

  /** False: it was there already. Numbers come almost in order, so the search is from the end. */
  add(number: number): boolean {
    const ranges = this.#ranges
    let at = ranges.length
    while (at > 0 && (ranges[at - 1]?.[0] ?? 0) > number) at--
    const before = ranges[at - 1]
    const after = ranges[at]
    if (before !== undefined && number <= before[1]) return false
    const joinsBefore = before !== undefined && before[1] + 1 === number
    const joinsAfter = after !== undefined && after[0] - 1 === number
    if (joinsBefore && joinsAfter) {
      before[1] = after[1]
      ranges.splice(at, 1)
    } else if (joinsBefore) before[1] = number
    else if (joinsAfter) after[0] = number
    else ranges.splice(at, 0, [number, number])
    return true
  }

  get list(): readonly Range[] {
    return this.#ranges
  }

  *numbers(): Generator<number> {
    for (const [from, to] of this.#ranges)
      for (let number = from; number <= to; number++) yield number
  }
}

/** Ranges read from a file: whole numbers, ascending, apart. */
export function areRanges(list: readonly unknown[]): list is readonly Range[] {
  let last = -2
  for (const item of list) {
    if (!Array.isArray(item) || item.length !== 2) return false
    const [from, to] = item as unknown[]
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return false
    if (Number(from) <= last + 1 || Number(to) < Number(from)) return false
    last = Number(to)
  }
  return true
}
