import type { HoursAnswer } from '../../uplink/hours.ts'
import type { Query } from '../database/database.ts'
import { type Source, digestsIn, wordOf } from './digests.ts'

export interface SitedAnswer extends Source {
  readonly answer: HoursAnswer
}

/** In the commit of the envelopes, behind the records that were sent again. */
export async function storeAnswers(
  query: Query,
  answers: readonly SitedAnswer[],
  nowUs: number,
): Promise<void> {
  for (const { answer, ...source } of answers) {
    const { site, stream, epoch } = source
    const { compared, open, differing } = answer
    const resent = differing.reduce((sum, [, records]) => sum + records, 0)
    await query(
      `INSERT INTO reconciliations AS r (site, stream, answered, hours, open, differing, resent) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (site, stream) DO UPDATE SET answered = excluded.answered, hours = r.hours + excluded.hours, open = excluded.open,
       differing = r.differing + excluded.differing, resent = r.resent + excluded.resent`,
      [site, stream, nowUs, compared, open, differing.length, resent],
    )
    for (const [hour] of differing) {
      const [now] = await digestsIn(query, source, { first: hour, end: hour + 1 })
      if (now === undefined) continue
      await query(
        `INSERT INTO reconciled_hours VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (site, stream, epoch, hour) DO UPDATE SET digest = excluded.digest`,
        [site, stream, epoch, hour, wordOf(now)],
      )
    }
  }
}
