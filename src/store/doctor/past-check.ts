import { errorText } from '../../core/errors.ts'
import { Micros } from '../../core/time.ts'
import { TableWalk } from '../damage/table-walk.ts'
import { isDamaged } from '../history/damaged.ts'
import { EVERY_PART } from '../reader/window-sums.ts'
import { decodeRollup } from '../rollups/rollup-body.ts'
import type { Books } from './books.ts'
import type { Finding } from './finding.ts'

const FILE = 'history.db'
const LOST =
  'What stayed of readings that had made room is gone unless a backup has it. Check the disk (smartctl -a).'

/** What stays of readings that went, which nobody can work out again. */
export function* examinePast(books: Books): Generator<Finding> {
  const { history } = books
  const has = history?.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'past'").get()
  if (history === undefined || has === undefined) return
  const walk = new TableWalk(history, 'past', 'number')
  for (const row of walk.rows()) {
    try {
      decodeRollup(row['body'] as Uint8Array, row['windows'] as number, {
        partsOf: () => EVERY_PART,
        goodOnly: false,
      })
    } catch (thrown) {
      if (!isDamaged(thrown)) throw thrown
      yield {
        file: FILE,
        text: `${String(row['windows'])} windows of ${String(row['readings'])} readings: ${errorText(thrown)}`,
        device: books.nameOf(row['device'] as number),
        from: Micros(row['start'] as number),
        to: Micros((row['last'] as number) + (row['width'] as number)),
        advice: LOST,
      }
    }
  }
  for (const { after, before } of walk.gaps) {
    yield {
      file: FILE,
      text: `rows of the table past after ${after} and before ${before} cannot be read`,
      advice: LOST,
    }
  }
}
