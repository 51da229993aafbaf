import type { Columns } from '../core/batch.ts'
import type { BatchColumns } from './instance.ts'

/** Readings of a batch that one module asks for. */
export interface Chosen {
  readonly columns: Columns
  /** Which rows of the columns, the first `count` of them. */
  readonly rows: Uint16Array
  readonly count: number
}

/** Copies the chosen rows into the memory of a module. */
export function fillColumns(target: BatchColumns, { columns, rows, count }: Chosen): void {
  const { points, times, values, qualities } = columns
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number
    const time = times[row] as number
    target.points[at] = points[row] as number
    target.times[2 * at] = time
    target.times[2 * at + 1] = Math.floor(time / 2 ** 32)
    target.values[at] = values[row] as number
    target.qualities[at] = qualities[row] as number
  }
}
