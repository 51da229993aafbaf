import type { Decision, Evaluator } from './decision.ts'
import { type LogRow, isNote } from './log/log-row.ts'
import { openLogForReading, rowsOf } from './log/log-rows.ts'
import { isSummedUp } from './log/summed-up.ts'

export interface ReplayOrder {
  readonly directory: string
  /** Microseconds; rows that begin from here on. */
  readonly from: number
  readonly to: number
}

/** Records that another policy decides differently. */
export interface Difference {
  readonly question: string
  readonly records: number
  readonly was: Decision
  /** A denial, where that policy failed. */
  readonly now: Decision
}

export interface Replay {
  /** Records of decisions that were made again. */
  readonly records: number
  /** Records whose question the log does not have: they were summed up. */
  readonly unknown: number
  readonly differences: readonly Difference[]
}

/** Asks the questions of the log again. Nothing leaves by it, and nothing is logged. */
export async function replayLog(order: ReplayOrder, policy: Evaluator): Promise<Replay> {
  const { kinds, unknown } = gather(order)
  const differences: Difference[] = []
  let records = 0
  for (const { row, count } of kinds) {
    records += count
    const answer = await policy.evaluate(row.question)
    const now =
      answer.kind === 'decided'
        ? answer.decision
        : { allow: false, reason: answer.text, redact: [] }
    const was = { allow: row.allow, reason: row.reason, redact: row.redact }
    if (!isSame(was, now)) differences.push({ question: row.question, records: count, was, now })
  }
  return { records, unknown, differences }
}

interface Kind {
  readonly row: LogRow
  count: number
}

function gather({ directory, from, to }: ReplayOrder): {
  readonly kinds: Iterable<Kind>
  readonly unknown: number
} {
  const kinds = new Map<string, Kind>()
  let unknown = 0
  const db = openLogForReading(directory)
  try {
    for (const row of rowsOf(db)) {
      if (isNote(row) || row.first < from || row.first >= to) continue
      if (isSummedUp(row)) {
        unknown += row.records
        continue
      }
      const { question, allow, redact } = row
      const key = JSON.stringify([question, allow, redact])
      const known = kinds.get(key)
      if (known === undefined) kinds.set(key, { row, count: row.records })
      else known.count += row.records
    }
  } finally {
    db.close()
  }
  return { kinds: kinds.values(), unknown }
}

/** Another reason for the same is no difference. */
function isSame(was: Decision, now: Decision): boolean {
  if (was.allow !== now.allow) return false
  return !was.allow || JSON.stringify(was.redact) === JSON.stringify(now.redact)
}
