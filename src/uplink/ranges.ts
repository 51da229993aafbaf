/** Numbers from the first to the last, both in it. */
export type Range = readonly [first: number, last: number]

/** In order, none touches the next. Never changed: what was given away stays as it was. */
export type Ranges = readonly Range[]

export const NOTHING: Ranges = []

export function withRange(ranges: Ranges, [first, last]: Range): Ranges {
  const before = ranges.filter(([, end]) => end < first - 1)
  const behind = ranges.filter(([start]) => start > last + 1)
  const touched = ranges.slice(before.length, ranges.length - behind.length)
  const start = Math.min(first, touched[0]?.[0] ?? first)
  const end = Math.max(last, touched.at(-1)?.[1] ?? last)
  return [...before, [start, end], ...behind]
}

export function union(ranges: Ranges, more: Ranges): Ranges {
  return more.reduce(withRange, ranges)
}

/** What of `range` is not in `ranges`. */
export function missing(ranges: Ranges, [first, last]: Range): Ranges {
  const gaps: Range[] = []
  let next = first
  for (const [start, end] of ranges) {
    if (end < next) continue
    if (start > last) break
    if (start > next) gaps.push([next, start - 1])
    next = end + 1
  }
  if (next <= last) gaps.push([next, last])
  return gaps
}

export function has(ranges: Ranges, number: number): boolean {
  let low = 0
  let high = ranges.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [start, end] = ranges[middle] as Range
    if (number < start) high = middle - 1
    else if (number > end) low = middle + 1
    else return true
  }
  return false
}

/** Everything up to this number is there; numbers begin with 1. */
export function watermark(ranges: Ranges): number {
  const [first] = ranges
  return first === undefined || first[0] > 1 ? 0 : first[1]
}

export function lastOf(ranges: Ranges): number {
  return ranges.at(-1)?.[1] ?? 0
}

export function countOf(ranges: Ranges): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0)
}

/** What a stranger sent as ranges, or undefined: they are none. */
export function decodeRanges(value: unknown): Ranges | undefined {
  if (!Array.isArray(value)) return undefined
  const ranges: Range[] = []
  let before = -1
  for (const each of value as readonly unknown[]) {
    if (!Array.isArray(each) || each.length !== 2) return undefined
    const [first, last] = each as readonly unknown[]
    if (!isNumber(first) || !isNumber(last)) return undefined
    if (first <= before + 1 || last < first) return undefined
    ranges.push([first, last])
    before = last
  }
  return ranges
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1
}
