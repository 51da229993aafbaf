import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { quality } from '../../core/quality.ts'
import type { ReadingsChunk } from './readings-query.ts'
import { shortRead } from './short-read.ts'

/**
 * Marks readings that another one of the same point and time contradicts. Hardly any point has such a thing, so a flag for
 * each point that has is all that is kept; its readings are looked up one by one.
 */
export class Conflicts {
  readonly #database: DatabaseSync
  readonly #lookup: StatementSync
  readonly #flags: Uint8Array

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#lookup = database.prepare('SELECT 1 FROM conflicts WHERE point = ? AND time = ?')
    this.#flags = pointsInConflict(database)
  }

  mark(chunk: ReadingsChunk): void {
    if (this.#flags.length === 0) return
    shortRead(this.#database, () => {
      const { points, times, qualities } = chunk
      for (let row = 0; row < points.length; row++) {
        const point = points[row] as number
        if (this.#flags[point] !== 1) continue
        if (this.#lookup.get(point, times[row] as number) === undefined) continue
        qualities[row] = contradicted(qualities[row] as number)
      }
    })
  }
}

/** What was invalid stays so: "questionable" would make it look better than its device said. */
function contradicted(bits: number): number {
  const validity = (bits & 0b11) === quality.invalid ? quality.invalid : quality.questionable
  return bits | validity | quality.inconsistent
}

/** One seek in the key for each point that has conflicts, however many those are. */
function pointsInConflict(database: DatabaseSync): Uint8Array {
  const next = database.prepare('SELECT min(point) AS point FROM conflicts WHERE point > ?')
  next.setReturnArrays(true)
  const found: number[] = []
  shortRead(database, () => {
    for (let point = -1; ;) {
      const [after] = next.get(point) as unknown as [number | null]
      if (after === null) return
      found.push(after)
      point = after
    }
  })
  const flags = new Uint8Array(found.length === 0 ? 0 : (found.at(-1) as number) + 1)
  for (const point of found) flags[point] = 1
  return flags
}
