import { parentPort, workerData } from 'node:worker_threads'
import { GridError, errorText } from '../../core/errors.ts'
import { Micros, formatTime } from '../../core/time.ts'
import { explainQuestion, loggedQuestion, questionAbout } from '../explain.ts'
import { certify } from '../log/certificate.ts'
import { fingerprint, readLogKey } from '../log/log-key.ts'
import { isNote } from '../log/log-row.ts'
import { newestRows, openLogForReading } from '../log/log-rows.ts'
import { verifyLog } from '../log/verify-log.ts'
import { load } from './chosen-policy.ts'
import type { ReportOrder, ReportReply, ReportSettings } from './policy-reports.ts'

/** Makes one report and ends: the log is read from its first row, which takes a while, and seldom. */
async function make(order: ReportOrder, settings: ReportSettings): Promise<unknown> {
  const { directory, anchorPath, policy } = settings
  switch (order.kind) {
    case 'decisions':
      return { decisions: decisions(directory, order.limit) }
    case 'verify': {
      const key = readLogKey(directory).public
      const result = verifyLog({ directory, key, anchorPath })
      return { whole: result.faults.length === 0, key: fingerprint(key), ...result }
    }
    case 'certificate': {
      const now = Micros(Date.now() * 1000)
      return certify({ directory, anchorPath, month: order.month, now }, readLogKey(directory))
    }
    case 'explain-row':
      return explainQuestion(load(policy), loggedQuestion(directory, order.row))
    case 'explain-record':
      return explainQuestion(load(policy), questionAbout(order.record))
  }
}

function decisions(directory: string, limit: number): unknown[] {
  const db = openLogForReading(directory)
  try {
    return newestRows(db, limit).map((row) => {
      const { number, first, last, records, revision, allow, reason, redact } = row
      const times = { first: formatTime(Micros(first)), last: formatTime(Micros(last)) }
      const question = isNote(row) ? null : (JSON.parse(row.question) as unknown)
      return { number, ...times, records, allow, reason, redact, revision, question }
    })
  } finally {
    db.close()
  }
}

interface Job {
  readonly order: ReportOrder
  readonly settings: ReportSettings
}

const { order, settings } = workerData as Job
make(order, settings).then(
  (value) => parentPort?.postMessage({ kind: 'made', value } satisfies ReportReply),
  (thrown: unknown) => {
    const { code, hint } = thrown instanceof GridError ? thrown : { code: 'bug' as const, hint: '' }
    const reply: ReportReply = { kind: 'failed', code, text: errorText(thrown), hint: hint ?? '' }
    parentPort?.postMessage(reply)
  },
)
