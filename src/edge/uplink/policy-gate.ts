import { isMeasuredField } from '../../core/measured-field.ts'
import type { Gate as EgressGate } from '../../policy/gate.ts'
import { ExportRecord } from '../../policy/record.ts'
import type { Candidate, Gate, Verdict } from '../../uplink/gate.ts'
import { Subjects } from '../egress/subjects.ts'
import type { Site } from '../site/site.ts'

/** Asks the egress gate of the site for the road to the centre. */
export class PolicyGate implements Gate {
  readonly #gate: Pick<EgressGate, 'ask' | 'counters'>
  readonly #principal: string
  readonly #subjects: Subjects

  constructor(site: Site, gate: Pick<EgressGate, 'ask' | 'counters'>) {
    this.#gate = gate
    this.#principal = site.uplink?.user ?? site.site.id
    this.#subjects = new Subjects(site)
  }

  async ask(candidates: readonly Candidate[]): Promise<readonly Verdict[]> {
    const gate = this.#gate
    const road = { destination: 'centre', channel: 'uplink', principal: this.#principal } as const
    const failed = gate.counters.failed
    const parts = candidates.map(partsOf)
    const verdicts = await gate.ask(
      road,
      parts.flatMap(({ record, readings }) => {
        const own = this.#recordOf(record)
        return readings === undefined ? [own] : [own, this.#recordOf(readings, 'raw')]
      }),
    )
    // A denial because nobody could decide is none: the record is asked about again.
    const isFailure = gate.counters.failed > failed
    let at = 0
    return parts.map(({ readings }): Verdict => {
      const own = verdicts[at++]
      const raw = readings === undefined ? undefined : verdicts[at++]
      if (own === undefined || own.kind === 'stays') {
        const reason = own?.reason ?? 'the policy gave no answer'
        return isFailure ? { kind: 'undecided', reason } : { kind: 'stays' }
      }
      if (readings === undefined) return { kind: 'leaves', redacted: own.redacted }
      const names = raw?.kind === 'leaves' ? raw.redacted : Object.keys(readings.fields)
      return { kind: 'leaves', redacted: [...own.redacted, ...names] }
    })
  }

  #recordOf(candidate: Candidate, as: Candidate['class'] | 'raw' = candidate.class): ExportRecord {
    const { kind, subject, windowSeconds, members, fields } = candidate
    return ExportRecord[as]({
      kind,
      subject: this.#subjects.of(subject),
      windowSeconds,
      members,
      fields,
    })
  }
}

interface Parts {
  readonly record: Candidate
  /** Of an event: what in it is a reading, or may be. */
  readonly readings: Candidate | undefined
}

function partsOf(candidate: Candidate): Parts {
  const { class: own, subject, fields } = candidate
  const entries = own === 'event' ? Object.entries(fields) : []
  const isReading = ([name, value]: readonly [string, unknown]): boolean =>
    isMeasuredField(subject.kind, name, value)
  const readings = entries.filter(isReading)
  if (readings.length === 0) return { record: candidate, readings: undefined }
  const others = entries.filter((entry) => !isReading(entry))
  return {
    record: { ...candidate, fields: Object.fromEntries(others) },
    readings: { ...candidate, fields: Object.fromEntries(readings) },
  }
}
