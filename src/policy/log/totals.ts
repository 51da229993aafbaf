import { type Decided, type LogRow, isNote } from './log-row.ts'

/** What a question says of its road and its record, for sums and lists. Of one that was summed up, fields are empty. */
export interface Summary {
  readonly destination: string
  readonly channel: string
  readonly principal: string
  readonly site: string
  readonly recordClass: string
  readonly kind: string
}

/** Our own text, which may be damaged: what cannot be read is empty. */
export function summaryOf(question: string): Summary {
  let asked: unknown
  try {
    asked = JSON.parse(question)
  } catch {
    asked = undefined
  }
  const record = property(asked, 'record')
  return {
    destination: text(asked, 'destination'),
    channel: text(asked, 'channel'),
    principal: text(asked, 'principal'),
    site: text(asked, 'site'),
    recordClass: text(record, 'class'),
    kind: text(record, 'kind'),
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function text(value: unknown, name: string): string {
  const found = property(value, name)
  return typeof found === 'string' ? found : ''
}

/** Records of one month (UTC), class and road, by what became of them. */
export interface Total {
  /** `2026-11`. */
  readonly month: string
  readonly site: string
  readonly destination: string
  readonly channel: string
  readonly recordClass: string
  readonly left: boolean
  records: number
  /** Names of fields that were taken away. */
  redacted: string[]
}

/** Sums of rows. Few: months times roads times classes. */
export class Totals {
  readonly #totals = new Map<string, Total>()
  /** Of a question; there are far fewer of these than rows. */
  readonly #summaries = new Map<string, Summary>()

  constructor(begin: readonly Total[] = []) {
    for (const total of begin) this.#totals.set(keyOf(total), { ...total })
  }

  add(row: LogRow): void {
    if (isNote(row)) return
    const { site, destination, channel, recordClass } = this.#summary(row)
    const month = monthOf(row.first)
    const of = { month, site, destination, channel, recordClass, left: row.allow }
    const total = this.#totals.get(keyOf(of)) ?? { ...of, records: 0, redacted: [] }
    total.records += row.records
    total.redacted = [...new Set([...total.redacted, ...row.redact])].sort()
    this.#totals.set(keyOf(total), total)
  }

  all(): readonly Total[] {
    return [...this.#totals.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
  }

  #summary({ question }: Decided): Summary {
    const known = this.#summaries.get(question)
    if (known !== undefined) return known
    if (this.#summaries.size >= SUMMARIES) this.#summaries.clear()
    const summary = summaryOf(question)
    this.#summaries.set(question, summary)
    return summary
  }
}

const SUMMARIES = 4096

function keyOf(total: Omit<Total, 'records' | 'redacted'>): string {
  const { month, site, destination, channel, recordClass, left } = total
  return JSON.stringify([month, site, destination, channel, recordClass, left])
}

export function monthOf(micros: number): string {
  return new Date(Math.floor(micros / 1000)).toISOString().slice(0, 7)
}
