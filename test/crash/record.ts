import { QUANTITIES, type Sampler } from './sample.ts'

/** `again`: a sample that was acknowledged before. `conflict`: another value for such a sample's moment. */
export type Kind = 'sample' | 'again' | 'conflict' | 'unreadable'

export interface Sending {
  readonly kind: Kind
  readonly k: number
}

/** Readings that the edge counts for a message; one that it cannot read counts as one. */
export const READINGS: Readonly<Record<Kind, number>> = {
  sample: QUANTITIES.length,
  again: QUANTITIES.length,
  conflict: 1,
  unreadable: 1,
}

const SENT = 1
const ACKNOWLEDGED = 2
/** What a device that lost its memory of acknowledgements sends again. */
const RECENT = 200

/** All that one device knows of its own messages. It survives whatever happens to the edge. */
export class DeviceRecord {
  readonly sampler: Sampler
  /** Samples acknowledged last. */
  readonly recent: number[] = []
  /** Samples with a number below this may have been sent. */
  count = 0
  samplesAcknowledged = 0
  /** Readings in all PUBLISH packets that went to a socket, whether they arrived or not: the edge cannot have received more. */
  transmitted = 0
  /** Readings in acknowledged messages of each kind: the edge cannot have counted fewer. */
  readonly acknowledged: Record<Kind, number> = { sample: 0, again: 0, conflict: 0, unreadable: 0 }
  #states = new Uint8Array(4096)

  constructor(sampler: Sampler) {
    this.sampler = sampler
  }

  transmit({ kind, k }: Sending): void {
    this.transmitted += READINGS[kind]
    if (kind === 'sample') this.#mark(k, SENT)
  }

  acknowledge({ kind, k }: Sending): void {
    this.acknowledged[kind] += READINGS[kind]
    if (kind !== 'sample') return
    if (!this.isAcknowledged(k)) this.samplesAcknowledged++
    this.#mark(k, ACKNOWLEDGED)
    this.recent.push(k)
    if (this.recent.length > RECENT) this.recent.shift()
  }

  isSent(k: number): boolean {
    return ((this.#states[k] ?? 0) & SENT) !== 0
  }

  isAcknowledged(k: number): boolean {
    return ((this.#states[k] ?? 0) & ACKNOWLEDGED) !== 0
  }

  #mark(k: number, bit: number): void {
    if (k >= this.#states.length) {
      const grown = new Uint8Array(Math.max(k + 1, this.#states.length * 2))
      grown.set(this.#states)
      this.#states = grown
    }
    this.#states[k] = (this.#states[k] as number) | bit
    if (k >= this.count) this.count = k + 1
  }
}
