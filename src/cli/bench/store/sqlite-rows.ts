import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { assert } from '../../../core/assert.ts'
import { allocateSlots, slotsOf } from '../../../core/batch.ts'
import { type DataSet, arrivals } from './data-set.ts'

/** What anybody would begin with: a row for each reading, and an index. Of so many readings, which is enough to know. Bytes a reading. */
export function sqliteRows(directory: string, dataSet: DataSet, most: number): number {
  const path = join(directory, 'rows.db')
  const db = new DatabaseSync(path)
  db.exec(`PRAGMA journal_mode=WAL;
    CREATE TABLE readings (point INTEGER, time INTEGER, value REAL, quality INTEGER);
    CREATE INDEX readings_point ON readings (point, time); BEGIN`)
  const insert = db.prepare('INSERT INTO readings VALUES (?, ?, ?, ?)')
  const [slot] = slotsOf(allocateSlots())
  assert(slot !== undefined, 'there is a slot')
  const { points, times, values } = slot
  let readings = 0
  for (const count of arrivals(dataSet, slot)) {
    for (let row = 0; row < count; row++) {
      insert.run(points[row] as number, times[row] as number, values[row] as number, 0)
    }
    readings += count
    if (readings >= most) break
  }
  db.exec('COMMIT')
  db.close()
  return statSync(path).size / readings
}
