import type { Gate as EgressGate } from '../../policy/gate.ts'
import { ExportRecord, type RecordContent } from '../../policy/record.ts'
import type { Candidate, Gate, Verdict } from '../../uplink/gate.ts'
import type { Site } from '../site/site.ts'

/** Asks the egress gate of the site for the road to the centre. */
export class PolicyGate implements Gate {
  readonly #gate: Pick<EgressGate, 'ask' | 'counters'>
  readonly #principal: string
  /** Devices that are nobody's meter. */
  readonly #machines: ReadonlySet<string>

  constructor(site: Site, gate: Pick<EgressGate, 'ask' | 'counters'>) {
    this.#gate = gate
    this.#principal = site.uplink?.user ?? site.site.id
    this.#machines = new Set(
      site.devices.filter(({ kind }) => kind !== 'meter').map(({ id }) => id),
    )
  }

  async ask(candidates: readonly Candidate[]): Promise<readonly Verdict[]> {
    const gate = this.#gate
    const road = { destination: 'centre', channel: 'uplink', principal: this.#principal } as const
    const failed = gate.counters.failed
    const verdicts = await gate.ask(
      road,
      candidates.map((each) => this.#recordOf(each)),
    )
    // A denial because nobody could decide is none: the record is asked about again.
    const isFailure = gate.counters.failed > failed
    return verdicts.map((verdict): Verdict => {
      if (verdict.kind === 'leaves') return { kind: 'leaves', redacted: verdict.redacted }
      return isFailure ? { kind: 'undecided', reason: verdict.reason } : { kind: 'stays' }
    })
  }

  #recordOf({
    class: own,
    kind,
    subject,
    windowSeconds,
    members,
    fields,
  }: Candidate): ExportRecord {
    const { id } = subject
    const content = {
      kind,
      subject: { kind: this.#kindOf(subject), id },
      windowSeconds,
      members,
      fields,
    }
    switch (own) {
      case 'aggregate':
        return ExportRecord.aggregate(content)
      case 'event':
        return ExportRecord.event(content)
      case 'quality':
        return ExportRecord.quality(content)
      case 'health':
        return ExportRecord.health(content)
      case 'inventory':
        return ExportRecord.inventory(content)
    }
  }

  /** A meter is a customer's. A device that the site file does not know may be one. */
  #kindOf({ kind, id }: Candidate['subject']): RecordContent['subject']['kind'] {
    switch (kind) {
      case 'feeder':
      case 'transformer':
        return kind
      case 'site':
      case 'voltageLevel':
        return 'site'
      default:
        return this.#machines.has(id) ? 'device' : 'customer'
    }
  }
}
