import { setTimeout as pause } from 'node:timers/promises'
import { limits } from '../../core/limits.ts'
import type { OutboxReader, OutboxStamp, OutboxStream } from '../../store/outbox/outbox-reader.ts'
import { type Body, encodeEnvelope } from '../../uplink/envelope.ts'
import { HOUR_US, type HourDigest, digestOf, isAlike } from '../../uplink/hours.ts'
import type { Question } from '../../uplink/question.ts'
import type { UplinkRecord } from '../../uplink/record.ts'
import type { Packer } from './packer.ts'

type HoursQuestion = Extract<Question, { readonly kind: 'hours' }>

export interface HoursParts {
  readonly site: string
  readonly recordsPerSecond: number
  readonly outbox: Pick<OutboxReader, 'rows' | 'stamps'>
  readonly packer: Pick<Packer, 'clear'>
  readonly stream: (name: string) => OutboxStream | undefined
  /** To the topic of the stream, where there is a connection. */
  readonly send: (stream: string, envelope: Uint8Array) => void
}

/** Compares hour by hour what the centre says it has with what is here, and sends again what differs. */
export class HoursDesk {
  readonly #parts: HoursParts
  readonly #ended = new AbortController()
  /** One question at a time; what is asked meanwhile waits, and beyond a few is asked again by the centre. */
  #work = Promise.resolve()
  #waiting = 0
  resent = 0

  constructor(parts: HoursParts) {
    this.#parts = parts
  }

  async answer(question: HoursQuestion): Promise<void> {
    if (this.#waiting >= QUESTIONS_WAITING) return
    this.#waiting++
    const work = this.#work.then(async () => this.#compare(question))
    this.#work = work.catch(() => {}).finally(() => this.#waiting--)
    await work
  }

  stop(): void {
    this.#ended.abort()
  }

  async #compare({ stream: name, epoch, upTo, hours }: HoursQuestion): Promise<void> {
    const stream = this.#parts.stream(name)
    // Of another epoch all is sent again anyway.
    if (stream === undefined || stream.epoch !== epoch) return
    const differing: [number, number][] = []
    let open = 0
    let sent = 0
    for (const there of hours) {
      if (this.#ended.signal.aborted) return
      const records =
        sent >= limits.reconciledRecords ? undefined : await this.#lacking(stream, there, upTo)
      if (records === undefined) open++
      else if (records !== 'alike') {
        await this.#send(stream, records)
        sent += records.length
        differing.push([there.hour, records.length])
      }
      // What comes from devices has its turn.
      await pause(0)
    }
    this.#say(stream, { kind: 'hours', answer: { compared: hours.length, open, differing } })
  }

  /** Undefined: some of it is still on its way, or nobody decides just now. */
  async #lacking(
    stream: OutboxStream,
    there: HourDigest,
    upTo: number,
  ): Promise<readonly UplinkRecord[] | 'alike' | undefined> {
    const from = there.hour * HOUR_US
    const most = limits.reconciledRecords
    const stamps = this.#parts.outbox.stamps(stream.stream, { from, to: from + HOUR_US, most })
    if (stamps.length === most || stamps.some(({ sequence }) => sequence > upTo)) return undefined
    // Nobody is asked where nothing was kept back.
    if (isAlike(digestOf(stamps), there)) return 'alike'
    const records = await this.#cleared(stream, stamps)
    if (records === undefined) return undefined
    return isAlike(digestOf(records), there) ? 'alike' : records
  }

  async #cleared(
    stream: OutboxStream,
    stamps: readonly OutboxStamp[],
  ): Promise<readonly UplinkRecord[] | undefined> {
    const numbers = stamps.map(({ sequence }) => sequence).toSorted((one, other) => one - other)
    const records: UplinkRecord[] = []
    for (let at = 0; at < numbers.length; at += limits.envelopeRecords) {
      const rows = numbers
        .slice(at, at + limits.envelopeRecords)
        .flatMap((first) => this.#parts.outbox.rows(stream.stream, { first, last: first, most: 1 }))
      const cleared = await this.#parts.packer.clear(stream, rows)
      if (cleared === undefined) return undefined
      records.push(...cleared)
    }
    return records
  }

  async #send(stream: OutboxStream, records: readonly UplinkRecord[]): Promise<void> {
    for (let at = 0; at < records.length;) {
      let some = records.slice(at, at + limits.envelopeRecords)
      while (!this.#say(stream, { kind: 'again', records: some }))
        some = some.slice(0, Math.ceil(some.length / 2))
      at += some.length
      this.resent += some.length
      const waitMs = (some.length / this.#parts.recordsPerSecond) * 1000
      await pause(waitMs, undefined, { signal: this.#ended.signal })
    }
  }

  /** False: it is too much for one envelope. A single record always fits. */
  #say({ stream, epoch }: OutboxStream, body: Body): boolean {
    const { site, send } = this.#parts
    const head = { site, stream, epoch, first: 0, last: 0, isBackfill: true }
    const bytes = encodeEnvelope({ ...head, body })
    if (bytes !== undefined) send(stream, bytes)
    return bytes !== undefined
  }
}

/** Of four streams, a quarter of a year each. */
const QUESTIONS_WAITING = 64
