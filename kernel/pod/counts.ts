import { endLine, put, putNumber } from './log.ts'

/** What happened since the start; nothing is dropped that is not counted here. */
export class Counts {
  messages: i64 = 0
  readings: i64 = 0
  /** Readings of points that no processor reads. */
  unread: i64 = 0
  /** Messages that could not be read, or came under a name that is none. */
  refused: i64 = 0
  /** Points or devices that found no room. */
  crowded: i64 = 0
  /** Messages of QoS 0 that found no room while results waited for the broker. */
  overrun: i64 = 0
  results: i64 = 0
  /** Results that found no room in the processor's output, or are larger than the broker takes. */
  dropped: i64 = 0
  /** Results that the broker refused. */
  rejected: i64 = 0
  connections: i64 = 0
  private told: i64 = -1

  /** One line, where something has changed since the last. */
  say(): void {
    const sum = this.messages + this.overrun + this.results + this.connections + this.rejected
    if (sum == this.told) return
    this.told = sum
    put('counts')
    this.number(' messages=', this.messages)
    this.number(' readings=', this.readings)
    this.number(' unread=', this.unread)
    this.number(' refused=', this.refused)
    this.number(' crowded=', this.crowded)
    this.number(' overrun=', this.overrun)
    this.number(' results=', this.results)
    this.number(' dropped=', this.dropped)
    this.number(' rejected=', this.rejected)
    this.number(' connections=', this.connections)
    endLine()
  }

  private number(label: string, value: i64): void {
    put(label)
    putNumber(value)
  }
}

export const counts: Counts = new Counts()
