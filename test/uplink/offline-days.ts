import type { StoredResult } from '../../src/store/results/result.ts'
import type { Candidate, Gate } from '../../src/uplink/gate.ts'

/** What a substation finds in days without a centre: the same record for the same number, so that what arrived can be compared with what was found. */
export class OfflineDays {
  readonly #startUs: number
  readonly #spacingUs: number
  readonly records: number

  constructor(settings: { readonly startUs: number; days: number; records: number }) {
    this.#startUs = settings.startUs
    this.records = settings.records
    this.#spacingUs = Math.floor((settings.days * DAY_US) / settings.records)
  }

  /** Three aggregates, and an event that begins or, one time in four, an earlier one that ends. */
  result(number: number): StoredResult {
    const about = { subject: number % FEEDERS, key: 0, value: number, quality: 0, fields: {} }
    if (number % 4 !== 3) {
      const time = this.#timeOf(number)
      const rest = { time, end: time + 900_000_000, revision: 0, severity: 0, state: undefined }
      return { ...about, ...rest, kind: 'aggregate', name: 'power.active.total' }
    }
    const isEnd = number % 16 === 15
    const begun = isEnd ? number - 4 : number
    const time = this.#timeOf(begun)
    const rest = { time, end: isEnd ? this.#timeOf(number) : 0, revision: isEnd ? 1 : 0 }
    const state = isEnd ? 'end' : 'start'
    const event = { ...about, ...rest, severity: 3, state, subject: begun % FEEDERS } as const
    return { ...event, kind: 'event', name: 'voltage.interruption' }
  }

  /** On some days readings are derived, too: they stay, and leave gaps in the numbers of what is sent. */
  derived(number: number): StoredResult {
    const rest = { end: 0, value: 0, quality: 0, revision: 0, severity: 0, fields: {} }
    const time = this.#timeOf(number)
    const about = { kind: 'derived', name: 'rocof', subject: 0, key: 0, state: undefined } as const
    return { ...about, ...rest, time }
  }

  isStormy(number: number): boolean {
    return Math.floor((number * 8) / this.records) % 3 === 1
  }

  /** All that is to be at the centre in the end, as `idOf` names it, with its value. `withKept`: the policy was not changed. */
  expected({ withKept = false } = {}): Map<string, number> {
    const expected = new Map<string, number>()
    for (let number = 0; number < this.records; number++) {
      const { kind, subject, time, value } = this.result(number)
      const id = idOf(kind, `f${subject}`, time)
      if (!withKept && isKept(value)) expected.delete(id)
      else expected.set(id, value)
    }
    return expected
  }

  #timeOf(number: number): number {
    return this.#startUs + number * this.#spacingUs
  }
}

export function idOf(kind: string, subject: string, timeUs: number): string {
  return `${kind} ${subject} ${timeUs}`
}

export const FEEDERS = 8
const DAY_US = 86_400_000_000

/** Aggregates that the policy of the drill keeps at the site once it has been changed. */
function isKept(value: number): boolean {
  return value % 50 === 8 && value % 4 !== 3
}

/** Before the change nothing is kept back. */
export function policyGate(isChanged: boolean): Gate {
  const keeps = ({ fields: { value } }: Candidate): boolean =>
    isChanged && typeof value === 'number' && isKept(value)
  return {
    ask: async (candidates) =>
      candidates.map((each) =>
        keeps(each) ? { kind: 'stays' } : { kind: 'leaves', redacted: [] },
      ),
  }
}
