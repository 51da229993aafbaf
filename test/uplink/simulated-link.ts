import assert from 'node:assert/strict'
import type { Random } from '../../src/core/random.ts'
import { decodeAcknowledgement, encodeAcknowledgement } from '../../src/uplink/acknowledgement.ts'
import { type Envelope, decodeEnvelope, encodeEnvelope } from '../../src/uplink/envelope.ts'
import { type Ranges, countOf, missing } from '../../src/uplink/ranges.ts'
import { NOTHING_RECEIVED, type Received, receive } from '../../src/uplink/receiver.ts'
import type { UplinkRecord } from '../../src/uplink/record.ts'
import type { Load, Sender } from '../../src/uplink/sender.ts'

const STREAM = 'events'

/** Rows that are renewed under a later number, as those of results are. */
export class SimulatedOutbox {
  readonly rows: Map<number, string> = new Map()
  readonly #places = new Map<string, number>()
  epoch = 1
  /** Envelopes are short, so that there are many. */
  envelopeRecords = 7
  last = 0
  kept: Ranges = []

  put(key: string): void {
    const before = this.#places.get(key)
    if (before !== undefined) this.rows.delete(before)
    this.rows.set(++this.last, key)
    this.#places.set(key, this.last)
  }

  read({ first, last }: Load): { readonly last: number; readonly numbers: number[] } {
    const numbers: number[] = []
    for (let number = first; number <= last; number++) {
      if (this.rows.has(number)) numbers.push(number)
      if (numbers.length === this.envelopeRecords) return { numbers, last: number }
    }
    return { numbers, last }
  }

  get pending(): number {
    return countOf(this.last < 1 ? [] : missing(this.kept, [1, this.last]))
  }
}

/** What the gate keeps back. */
export function isWithheld(key: string): boolean {
  return key.endsWith('7')
}

/** A database and the worker before it, which may die behind a commit. */
export class SimulatedCentre {
  readonly received: Map<number, Received> = new Map()
  /** Key to where it is from. */
  readonly table: Map<string, readonly [epoch: number, sequence: number]> = new Map()
  readonly taken: Map<string, number> = new Map()
  heard = 0

  /** The answer, when the commit is done. */
  take(bytes: Uint8Array): Uint8Array {
    const envelope = decodeEnvelope(bytes)
    const { state, fresh } = receive(this.state(envelope.epoch), envelope)
    this.received.set(envelope.epoch, state)
    this.heard++
    for (const { name, sequence } of fresh) this.#store(name, [envelope.epoch, sequence])
    const { stream, epoch } = envelope
    return Buffer.from(encodeAcknowledgement({ stream, epoch, ranges: state.ranges }))
  }

  state(epoch: number): Received {
    return this.received.get(epoch) ?? NOTHING_RECEIVED
  }

  #store(key: string, place: readonly [number, number]): void {
    const id = place.join(':')
    this.taken.set(id, (this.taken.get(id) ?? 0) + 1)
    const [epoch, sequence] = this.table.get(key) ?? [0, 0]
    if (epoch < place[0] || (epoch === place[0] && sequence < place[1])) this.table.set(key, place)
  }
}

export interface Faults {
  readonly loss: number
  readonly twice: number
  readonly cut: number
  /** Of the edge, in each step. */
  readonly reboot: number
  /** Of the centre's worker, between commit and acknowledgement. */
  readonly death: number
  /** A policy that does not answer. */
  readonly undecided: number
}

export const NO_FAULTS: Faults = {
  loss: 0,
  twice: 0,
  cut: 0,
  reboot: 0,
  death: 0,
  undecided: 0,
}

interface Flying {
  readonly atMs: number
  readonly to: 'centre' | 'edge'
  readonly bytes: Uint8Array
}

/** An edge, a centre, and a link between them that does what links do, all of it from one seed. */
export class SimulatedLink {
  readonly outbox: SimulatedOutbox = new SimulatedOutbox()
  readonly centre: SimulatedCentre = new SimulatedCentre()
  faults: Faults = NO_FAULTS
  hasWayBack = true
  nowMs = 0
  sender: Sender
  readonly #begin: () => Sender
  readonly #random: Random
  #flying: Flying[] = []
  #loads: { readonly load: Load; readonly atMs: number; readonly of: Sender }[] = []
  #upAtMs = 0
  #isUp = false

  constructor(begin: () => Sender, random: Random) {
    this.#begin = begin
    this.#random = random
    this.sender = begin()
    this.#tell()
  }

  /** The data folder is put back to an earlier state: rows and numbers are gone. */
  setBack(last: number): void {
    for (const number of this.outbox.rows.keys()) if (number > last) this.outbox.rows.delete(number)
    this.outbox.last = last
    this.outbox.kept = this.outbox.kept.flatMap(([first, end]) =>
      first > last ? [] : [[first, Math.min(end, last)] as const],
    )
    this.#reboot()
  }

  step(ms: number): void {
    this.nowMs += ms
    if (this.#happens(this.faults.reboot)) this.#reboot()
    if (this.#isUp && this.#happens(this.faults.cut)) this.#cut()
    this.#tell()
    if (!this.#isUp && this.nowMs >= this.#upAtMs) {
      this.#isUp = true
      this.sender.connected(this.nowMs)
    }
    this.#deliver()
    this.#pack()
    for (const action of this.sender.due(this.nowMs)) this.#do(action)
  }

  #do(action: ReturnType<Sender['due']>[number]): void {
    if (action.kind === 'load') {
      const { kind: _, ...load } = action
      const atMs = this.nowMs + this.#random() * 50
      this.#loads.push({ load, atMs, of: this.sender })
    } else if (action.kind === 'manifest') {
      const { last, pending } = this.outbox
      this.#send({ kind: 'manifest', manifest: { last, pending, lost: 0, oldest: 0 } }, [0, 0])
    } else if (action.kind === 'keep') this.outbox.kept = action.ranges
    else if (action.kind === 'give-up') this.#cut()
    else {
      this.outbox.epoch++
      this.outbox.kept = []
      this.#tell()
    }
  }

  #tell(): void {
    const { epoch, last, kept: acknowledged } = this.outbox
    this.sender.update([{ stream: STREAM, epoch, last, acknowledged }])
  }

  #pack(): void {
    const due = this.#loads.filter(({ atMs }) => atMs <= this.nowMs)
    this.#loads = this.#loads.filter(({ atMs }) => atMs > this.nowMs)
    for (const { load, of } of due) {
      if (of !== this.sender || !this.#isUp) continue
      if (this.#happens(this.faults.undecided)) {
        this.sender.failed(load, this.nowMs)
        continue
      }
      const { numbers, last } = this.outbox.read(load)
      const key = (number: number): string => this.outbox.rows.get(number) ?? ''
      const withheld = numbers.filter((number) => isWithheld(key(number)))
      const records = numbers
        .filter((number) => !isWithheld(key(number)))
        .map((sequence) => recordOf(sequence, key(sequence)))
      this.#send({ kind: 'records', records, withheld }, [load.first, last])
      this.sender.sent({ ...load, last, records: numbers.length }, this.nowMs)
    }
  }

  #send(body: Envelope['body'], [first, last]: readonly [number, number]): void {
    const head = { site: 's', stream: STREAM, epoch: this.outbox.epoch, isBackfill: false }
    const bytes = encodeEnvelope({ ...head, first, last, body })
    assert.ok(bytes !== undefined)
    this.#fly('centre', bytes)
  }

  #fly(to: Flying['to'], bytes: Uint8Array): void {
    if (this.#happens(this.faults.loss)) return
    const copies = this.#happens(this.faults.twice) ? 2 : 1
    for (let copy = 0; copy < copies; copy++)
      this.#flying.push({ to, bytes, atMs: this.nowMs + this.#random() * 400 })
  }

  /** In the order in which they arrive, which is not that in which they were sent. */
  #deliver(): void {
    const here = this.#flying.filter(({ atMs }) => atMs <= this.nowMs)
    this.#flying = this.#flying.filter(({ atMs }) => atMs > this.nowMs)
    for (const { to, bytes } of here.toSorted((a, b) => a.atMs - b.atMs)) {
      if (to === 'centre') {
        const answer = this.centre.take(bytes)
        if (this.hasWayBack && !this.#happens(this.faults.death)) this.#fly('edge', answer)
        continue
      }
      const acknowledgement = decodeAcknowledgement(bytes)
      assert.ok(acknowledgement !== undefined)
      if (this.#isUp) this.sender.acknowledged(acknowledgement, this.nowMs)
    }
  }

  /** What the broker has taken arrives all the same. */
  #cut(): void {
    this.#isUp = false
    this.sender.disconnected()
    this.#upAtMs = this.nowMs + this.#random() * 5000
  }

  #reboot(): void {
    this.#isUp = false
    this.sender = this.#begin()
    this.#tell()
    this.#upAtMs = this.nowMs + this.#random() * 3000
  }

  #happens(share: number): boolean {
    return this.#random() < share
  }
}

function recordOf(sequence: number, name: string): UplinkRecord {
  const subject = { kind: 'device', id: 'm1' }
  const rest = { processor: 'p', key: 0, time: 0, end: 0, revision: 0, fields: { value: sequence } }
  return { kind: 'event', sequence, name, subject, ...rest }
}
