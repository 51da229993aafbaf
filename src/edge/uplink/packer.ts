import { createHmac } from 'node:crypto'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { formatQuality } from '../../core/quality.ts'
import type { OutboxReader, OutboxRow, OutboxStream } from '../../store/outbox/outbox-reader.ts'
import { type Head, encodeRecords } from '../../uplink/envelope.ts'
import type { Candidate, FieldValue, Gate, Verdict } from '../../uplink/gate.ts'
import type { UplinkRecord } from '../../uplink/record.ts'
import type { Load } from '../../uplink/sender.ts'

export interface Packed {
  readonly bytes: Uint8Array
  /** All up to this number is in it. */
  readonly last: number
  /** That it speaks of: those that leave with it, and those of which it says only that they stay. */
  readonly records: number
  readonly leaving: number
}

export interface PackerCounters {
  /** Rows that the policy keeps at the site. */
  withheld: number
  /** Rows that are too large to be sent; they count as kept back. */
  oversized: number
}

interface Judged {
  readonly sequence: number
  /** As JSON; undefined: it is kept back. */
  readonly text: string | undefined
}

/** Rows of the outbox to envelopes: nothing gets into one that the gate has not let through. */
export class Packer {
  readonly counters: PackerCounters = { withheld: 0, oversized: 0 }
  readonly #site: string
  readonly #outbox: Pick<OutboxReader, 'rows'>
  readonly #gate: Gate
  /** Why the gate does not decide; empty: it does. */
  held = ''

  constructor(site: string, outbox: Pick<OutboxReader, 'rows'>, gate: Gate) {
    this.#site = site
    this.#outbox = outbox
    this.#gate = gate
  }

  /** Undefined: not now. */
  async pack({ stream, epoch, secret }: OutboxStream, load: Load): Promise<Packed | undefined> {
    const { first, last, most } = load
    const rows = this.#outbox.rows(stream, { first, last, most })
    const end = rows.length < most ? last : (rows.at(-1)?.sequence ?? last)
    const judged = await this.#judge(rows, secret)
    if (judged === undefined) return undefined
    const upTo = judged.length < rows.length ? (judged.at(-1)?.sequence ?? 0) : end
    if (upTo < first) return undefined
    const head = { site: this.#site, stream, epoch, first, isBackfill: load.lane === 'backfill' }
    return this.#encode(head, judged, upTo)
  }

  /** What of these rows may leave, as it would leave now; undefined: nobody could decide. */
  async clear(
    { secret }: Pick<OutboxStream, 'secret'>,
    rows: readonly OutboxRow[],
  ): Promise<readonly UplinkRecord[] | undefined> {
    const judged = await this.#judge(rows, secret)
    if (judged === undefined || judged.length < rows.length) return undefined
    return judged.flatMap(({ text }) =>
      text === undefined ? [] : [JSON.parse(text) as UplinkRecord],
    )
  }

  /** As many as are decided, from the first on; undefined: none is. */
  async #judge(rows: readonly OutboxRow[], secret: Uint8Array): Promise<Judged[] | undefined> {
    const candidates = rows.map(candidateOf)
    const verdicts = rows.length === 0 ? [] : await this.#ask(candidates)
    const judged: Judged[] = []
    let held = ''
    for (const [at, row] of rows.entries()) {
      const verdict = verdicts[at] ?? UNANSWERED
      if (verdict.kind === 'undecided') {
        held = verdict.reason
        break
      }
      const text =
        verdict.kind === 'leaves'
          ? this.#textOf(row, candidates[at] as Candidate, { ...verdict, secret })
          : undefined
      if (verdict.kind === 'stays') this.counters.withheld++
      judged.push({ sequence: row.sequence, text })
    }
    this.held = held
    return held !== '' && judged.length === 0 ? undefined : judged
  }

  async #ask(candidates: readonly Candidate[]): Promise<readonly Verdict[]> {
    try {
      return await this.#gate.ask(candidates)
    } catch (thrown) {
      const reason = errorText(thrown)
      return candidates.map(() => ({ kind: 'undecided', reason }))
    }
  }

  /** Undefined: it is too large. */
  #textOf(row: OutboxRow, { fields }: Candidate, leaving: Leaving): string | undefined {
    const text = JSON.stringify(recordOf(row, fields, leaving))
    if (text.length <= limits.uplinkRecordBytes) return text
    this.counters.oversized++
    return undefined
  }

  /** Half of it where all is too much; one record always fits. */
  #encode(head: Omit<Head, 'last'>, judged: readonly Judged[], last: number): Packed | undefined {
    const texts = judged.map(({ text }) => text).filter((text) => text !== undefined)
    const kept = judged.filter(({ text }) => text === undefined)
    const withheld = kept.map(({ sequence }) => sequence)
    const bytes = encodeRecords({ ...head, last }, { texts, withheld })
    if (bytes !== undefined) return { bytes, last, records: judged.length, leaving: texts.length }
    const half = judged.slice(0, Math.floor(judged.length / 2))
    const end = half.at(-1)
    return end === undefined ? undefined : this.#encode(head, half, end.sequence)
  }
}

const UNANSWERED: Verdict = { kind: 'undecided', reason: 'the policy gave no answer' }

/** The class is that of the table a row stands in. */
function candidateOf(row: OutboxRow): Candidate {
  const { kind, name, subject, time, end, fields } = row
  const windowSeconds = end === 0 ? 0 : (end - time) / 1e6
  const { members = 1 } = fields
  return {
    class: kind === 'aggregate' ? 'aggregate' : 'event',
    kind: kind === 'aggregate' ? `${name}/${windowSeconds}` : name,
    subject,
    windowSeconds,
    members: typeof members === 'number' ? members : 1,
    fields: fieldsOf(row),
  }
}

function fieldsOf(row: OutboxRow): Candidate['fields'] {
  const { kind, value, quality, severity, state } = row
  const fields: Record<string, FieldValue> = {}
  for (const [name, each] of Object.entries(row.fields)) fields[name] = finite(each)
  fields['value'] = finite(value)
  fields['quality'] = formatQuality(quality)
  if (kind !== 'event') return fields
  fields['severity'] = severity
  fields['state'] = state ?? null
  return fields
}

function finite(value: number | string): number | string | null {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}

interface Leaving {
  readonly redacted: readonly string[]
  readonly secret: Uint8Array
}

function recordOf(
  row: OutboxRow,
  all: Candidate['fields'],
  { redacted, secret }: Leaving,
): UplinkRecord {
  const { sequence, processor, name, key, time, end, revision, subject } = row
  const isKept = (field: string): boolean => !redacted.includes(field)
  return {
    sequence,
    kind: row.kind === 'aggregate' ? 'aggregate' : 'event',
    processor,
    name,
    subject: isKept('subject') ? subject : { kind: subject.kind, id: wordFor(row, secret) },
    key,
    time,
    end,
    revision,
    fields:
      redacted.length === 0
        ? all
        : Object.fromEntries(Object.entries(all).filter(([field]) => isKept(field))),
  }
}

/** Of this record only: a change of it has the same, another record of the same subject has not. */
function wordFor(row: OutboxRow, secret: Uint8Array): string {
  const { kind, processor, name, subject, key, time, end } = row
  const identity = [kind, processor, name, subject.kind, subject.id, key, time]
  if (kind === 'aggregate') identity.push(end)
  const hash = createHmac('sha256', secret).update(JSON.stringify(identity)).digest('base64url')
  return `~${hash.slice(0, 22)}`
}
