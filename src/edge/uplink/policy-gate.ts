import { isMeasuredField } from '../../core/measured-field.ts'
import type { Gate as EgressGate, Verdict as Answer } from '../../policy/gate.ts'
import { ExportRecord } from '../../policy/record.ts'
import type { Candidate, Gate, Verdict } from '../../uplink/gate.ts'
import { Subjects } from '../egress/subjects.ts'
import type { Site } from '../site/site.ts'

/** Asks the egress gate of the site for the road to the centre. */
export class PolicyGate implements Gate {
  readonly #gate: Pick<EgressGate, 'ask'>
  readonly #principal: string
  readonly #subjects: Subjects

  constructor(site: Site, gate: Pick<EgressGate, 'ask'>) {
    this.#gate = gate
    this.#principal = site.uplink?.user ?? site.site.id
    this.#subjects = new Subjects(site)
  }

  async ask(candidates: readonly Candidate[]): Promise<readonly Verdict[]> {
    const road = { destination: 'centre', channel: 'uplink', principal: this.#principal } as const
    const parts = candidates.map(partsOf)
    const verdicts = await this.#gate.ask(
      road,
      parts.flatMap(({ record, readings }) => {
        const own = this.#recordOf(record)
        return readings === undefined ? [own] : [own, this.#recordOf(readings, 'raw')]
      }),
    )
    let at = 0
    return parts.map(({ readings }) => {
      const own = verdicts[at++]
      return readings === undefined
        ? verdictOf(own, NO_READINGS)
        : verdictOf(own, { verdict: verdicts[at++], names: Object.keys(readings.fields) })
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

interface Readings {
  readonly verdict: Answer | undefined
  readonly names: readonly string[]
}

const NO_READINGS: Readings = { verdict: undefined, names: [] }

/** What has measured stays with a record that leaves only where it may leave itself. Where one is undecided both are asked about again. */
function verdictOf(own: Answer | undefined, { verdict, names }: Readings): Verdict {
  if (own === undefined) return { kind: 'undecided', reason: 'the policy gave no answer' }
  if (own.kind === 'stays') return { kind: 'stays' }
  if (own.kind === 'undecided') return own
  if (verdict?.kind === 'undecided') return verdict
  const readings = verdict?.kind === 'leaves' ? verdict.redacted : names
  return { kind: 'leaves', redacted: [...own.redacted, ...readings] }
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
