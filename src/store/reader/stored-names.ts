import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { StoredPoint } from './readings-query.ts'

/** Points read per statement: under a millisecond, for the edge walks them on its main thread. */
const STEP_POINTS = 512
const POINTS =
  'SELECT p.number, d.name, p.quantity, p.unit FROM points p JOIN devices d ON d.number = p.device'

/** The numbered names of a store. */
export class StoredNames {
  readonly #after: StatementSync
  readonly #ofDevice: StatementSync
  readonly #numbered: StatementSync

  constructor(database: DatabaseSync) {
    this.#after = database.prepare(`${POINTS} WHERE p.number > ? ORDER BY p.number LIMIT ?`)
    this.#ofDevice = database.prepare(`${POINTS} WHERE d.name = ? ORDER BY p.quantity`)
    this.#numbered = database.prepare(`${POINTS} WHERE p.number = ?`)
    this.#after.setReturnArrays(true)
    this.#ofDevice.setReturnArrays(true)
    this.#numbered.setReturnArrays(true)
  }

  *points(): Generator<StoredPoint> {
    let last = -1
    for (;;) {
      const points = storedPoints(this.#after.all(last, STEP_POINTS))
      yield* points
      const end = points.at(-1)
      if (end === undefined || points.length < STEP_POINTS) return
      last = end.point
    }
  }

  pointsOf(device: string): readonly StoredPoint[] {
    return storedPoints(this.#ofDevice.all(device))
  }

  point(number: number): StoredPoint | undefined {
    return storedPoints(this.#numbered.all(number))[0]
  }
}

function storedPoints(rows: unknown): StoredPoint[] {
  return (rows as [number, string, string, string][]).map(([point, device, quantity, unit]) => ({
    point,
    device,
    quantity,
    unit,
  }))
}
