import type { Columns } from '../../core/batch.ts'

/**
 * The rows of `columns` in order of time, then point, as a list of row numbers. A merge sort that starts from the runs it
 * finds: what comes from the journal is nearly in order, and one run costs a single pass.
 */
export function timeOrder({ times, points }: Columns, count: number): Uint32Array {
  let order = new Uint32Array(count)
  for (let row = 0; row < count; row++) order[row] = row
  let starts = runStarts(times, points, count)
  if (starts.length <= 2) return order
  let spare = new Uint32Array(count)
  while (starts.length > 2) {
    const merged = [0]
    for (let run = 0; run + 1 < starts.length; run += 2) {
      const start = starts[run] as number
      const middle = starts[run + 1] as number
      const end = starts[run + 2] ?? middle
      mergeRuns({ times, points, order, spare }, start, middle, end)
      merged.push(end)
    }
    ;[order, spare] = [spare, order]
    starts = merged
  }
  return order
}

/** Where each ascending run begins, and the end of the last. */
function runStarts(times: Float64Array, points: Uint32Array, count: number): number[] {
  const starts = [0]
  for (let row = 1; row < count; row++) {
    const time = times[row] as number
    const before = times[row - 1] as number
    if (time > before) continue
    if (time < before || (points[row] as number) < (points[row - 1] as number)) starts.push(row)
  }
  if (count > 0) starts.push(count)
  return starts
}

interface Merge {
  readonly times: Float64Array
  readonly points: Uint32Array
  readonly order: Uint32Array
  readonly spare: Uint32Array
}

/** Merges `order[start..middle)` and `order[middle..end)` into `spare`. */
function mergeRuns(merge: Merge, start: number, middle: number, end: number): void {
  const { times, points, order, spare } = merge
  let left = start
  let right = middle
  for (let at = start; at < end; at++) {
    if (right >= end) {
      spare.set(order.subarray(left, middle), at)
      return
    }
    if (left >= middle) {
      spare.set(order.subarray(right, end), at)
      return
    }
    const one = order[left] as number
    const other = order[right] as number
    const gap = (times[one] as number) - (times[other] as number)
    if (gap < 0 || (gap === 0 && (points[one] as number) <= (points[other] as number))) {
      spare[at] = one
      left++
    } else {
      spare[at] = other
      right++
    }
  }
}
