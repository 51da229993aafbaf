import { type Refusal, accountOf, kindNumber } from '../core/accounts.ts'
import { assert } from '../core/assert.ts'
import { limits } from '../core/limits.ts'
import { quantityOf } from '../core/quantities.ts'
import { Micros } from '../core/time.ts'
import { unitScale } from '../core/units.ts'
import { type Intake, NO_ROOM, type Source } from '../mqtt/ports.ts'
import { reason } from '../mqtt/reasons.ts'
import { CanonicalDecoder } from '../payload/canonical.ts'
import type { Decoder, Draft, PointNames } from '../payload/decoder.ts'
import type { AuditEntry } from '../store/audit.ts'
import type { ClockStep } from '../store/clock-steps.ts'
import type { Evidence } from '../store/journal.ts'
import type { Accompaniment, RefusedBatch } from '../store/writer-protocol.ts'
import type { JournalWriter } from '../store/journal-writer.ts'
import type { Device, Names } from '../store/names.ts'
import { CommitWaits } from './commit-waits.ts'
import { GivenBack } from './given-back.ts'
import type { KeptState } from './kept-state.ts'

/** A device's topic and what reads its payloads. */
interface DeviceSource extends Source {
  readonly device: Device
  decoder: Decoder
  readonly newDecoder: () => Decoder
}

/** A device that sends on a topic of its own kind. Its decoder remembers no numbers of points. */
export interface ForeignDevice {
  readonly device: string
  readonly newDecoder: (names: PointNames, draft: Draft) => Decoder
}

export interface IngestSettings {
  readonly writer: JournalWriter
  readonly names: Names
  readonly kept: KeptState
  /** The device of this name may send; false: it is refused, and counted as one of the unknown. */
  readonly isWelcome: (device: string) => boolean
  /** Whose a topic outside of `grid/` is; undefined: nobody's. */
  readonly foreign: (topic: string) => ForeignDevice | undefined
}

/**
 * From a message to rows in the batch that is being filled, and from there to the writer. A batch is handed over when the
 * writer has nothing to do and enough readings wait, or the first of them has waited long enough to share its fsync.
 */
export class Ingest implements Intake {
  readonly #writer: JournalWriter
  readonly #names: Names
  readonly #kept: KeptState
  readonly #isWelcome: (device: string) => boolean
  readonly #foreign: IngestSettings['foreign']
  readonly #draft: Draft
  /** Account of all devices that may not send: whoever invents names must not fill the disk with them. */
  readonly #unknown: Device
  readonly #sources = new Map<string, DeviceSource>()
  /** Readings received of each device since the accounts began, whatever became of them. */
  readonly received: Float64Array
  #readings = 0
  #notes = 0
  /** Of batches that a full disk refused. */
  readonly givenBack = new GivenBack()
  /** From the first reading of a batch until it is acknowledged. */
  readonly waits = new CommitWaits()
  #probe: NodeJS.Timeout | undefined
  #evidence: Evidence[] = []
  #audit: AuditEntry[] = []
  #clockSteps: ClockStep[] = []
  #durable = 0
  #arrival = Micros(0)
  /** The first reading of the batch has started the clock. */
  #isWaiting = false
  /** Enough wait: the batch goes when this turn of the event loop has brought in what it has. */
  #isDue = false
  readonly #patience: NodeJS.Timeout
  #finished: (() => void) | undefined

  constructor({ writer, names, kept, isWelcome, foreign }: IngestSettings) {
    this.#writer = writer
    this.#names = names
    this.#kept = kept
    kept.onChange = () => {
      if (!this.#isDue) this.#consider()
    }
    this.#isWelcome = isWelcome
    this.#foreign = foreign
    this.received = receivedFrom(writer.accounts)
    const unknown = names.device(UNKNOWN_DEVICE)
    assert(unknown !== undefined, 'the first name of all has room')
    this.#unknown = unknown
    this.#patience = setTimeout(() => this.#handOverWaiting(), limits.commitWaitMs)
    assert(writer.slot !== undefined, 'a writer starts with a free slot')
    this.#draft = { columns: writer.slot, base: 0, count: 0, complaint: '' }
  }

  get takenBatch(): number {
    // Asked for every message, and mostly behind a reading.
    const isWaiting = this.#readings > 0 || this.#untaken > 0
    return isWaiting ? this.#writer.serial : this.#writer.serial - 1
  }

  /** What the batch that is being filled will make durable. */
  get #untaken(): number {
    const audits = this.#audit.length + this.givenBack.audits
    return this.#readings + this.#notes + audits + this.#clockSteps.length + this.#kept.untaken
  }

  get durableBatch(): number {
    return this.#durable
  }

  get isFull(): boolean {
    return this.#writer.isFull
  }

  open(topic: string): DeviceSource | undefined {
    const name = DEVICE_TOPIC.exec(topic)?.[1]
    if (name === undefined) return this.#openForeign(topic)
    const known = this.#sources.get(name)
    if (known !== undefined) return known
    const device = this.#deviceNamed(name)
    const names = this.#namesOf(device)
    const newDecoder = (): Decoder => new CanonicalDecoder(names, this.#draft, name)
    const source = { device, decoder: newDecoder(), newDecoder }
    if (device !== this.#unknown) this.#sources.set(name, source)
    return source
  }

  /** Not kept: a connection remembers the sources of its topics, and of foreign topics there is no end. */
  #openForeign(topic: string): DeviceSource | undefined {
    const foreign = this.#foreign(topic)
    if (foreign === undefined) return undefined
    const device = this.#deviceNamed(foreign.device)
    const reading = foreign.newDecoder(this.#namesOf(device), this.#draft)
    const decoder = device === this.#unknown ? refusing(reading) : reading
    return { device, decoder, newDecoder: () => decoder }
  }

  #deviceNamed(name: string): Device {
    const isFit = isDeviceName(name) && this.#isWelcome(name)
    return (isFit ? this.#names.device(name) : undefined) ?? this.#unknown
  }

  #namesOf(device: Device): PointNames {
    const number = (quantity: string, unit: string): number =>
      device === this.#unknown
        ? -1
        : this.#names.point(device, quantity, quantityOf(quantity)?.unit ?? unit)
    return { number, scale }
  }

  /**
   * Messages of one millisecond arrive a microsecond apart, so that a device which sends no time has distinct ones. In a flood that
   * runs ahead of the clock, which does not bring it back.
   */
  setArrival(nowMs: number): void {
    if (nowMs * 1000 > this.#arrival) this.#arrival = Micros(nowMs * 1000)
  }

  /** The clock of the edge was set: written with the readings at hand, or by itself. */
  clockStepped(step: ClockStep): void {
    if (step.after < step.before) this.#arrival = step.after
    this.#clockSteps.push(step)
    if (!this.#isDue) this.#consider()
  }

  take(source: Source, bytes: Uint8Array, start: number, end: number): number {
    const taker = source as DeviceSource
    const { device, decoder } = taker
    const { slot, isFull } = this.#writer
    if (slot === undefined || this.#finished !== undefined || isFull) return NO_ROOM
    const draft = this.#draft
    draft.base = this.#readings
    this.#arrival = Micros(this.#arrival + 1)
    const points = this.#names.pointsTotal
    const outcome = decoder.decode(bytes, start, end, this.#arrival)
    if (outcome === 'ok') {
      this.#readings += draft.count
      this.received[device.number] = (this.received[device.number] as number) + draft.count
      if (!this.#isDue) this.#consider()
      return reason.success
    }
    if (outcome === 'full') {
      this.#handOver()
      return this.take(source, bytes, start, end)
    }
    if (this.#names.pointsTotal !== points) {
      // A message that is refused names no points; its decoder may have learnt their numbers.
      this.#names.forgetFrom(points)
      taker.decoder = taker.newDecoder()
    }
    return this.#refuse(
      device,
      outcome,
      bytes.subarray(start, Math.min(end, start + limits.evidenceBytes)),
    )
  }

  /** Not looked into, so that a flood costs nothing while the disk is full: it counts as one reading. */
  refuse(source: Source): void {
    const { number } = (source as DeviceSource).device
    this.received[number] = (this.received[number] as number) + 1
    this.givenBack.refuse(number)
  }

  /**
   * Writes with the readings at hand, or by itself; on the disk once `durableBatch` is the number returned, or a later one. There
   * is always room: whoever asks bounds what waits.
   */
  record(entry: AuditEntry): number {
    this.#audit.push(entry)
    if (!this.#isDue) {
      this.#isDue = true
      setImmediate(() => this.#handOverWaiting())
    }
    return this.#writer.serial
  }

  /** The writer says that everything up to this batch is on the disk. */
  settled(serial: number): void {
    this.#durable = serial
    this.waits.settled(serial, performance.now())
    if (this.#writer.slot !== undefined) this.#draft.columns = this.#writer.slot
    if (this.#isDue || !this.givenBack.isEmpty) this.#handOverWaiting()
    if (this.#writer.idle) this.#finished?.()
  }

  /** The disk has no room for this batch, nor for those before it. What came with it goes with a later one. */
  refused({ serial, notes, accompaniment }: RefusedBatch): void {
    this.#durable = serial
    if (this.#writer.slot !== undefined) this.#draft.columns = this.#writer.slot
    const { kept, ...others } = accompaniment ?? NOTHING
    if (kept !== undefined) this.#kept.giveBack(kept)
    const isPlain = accompaniment === undefined
    this.givenBack.refused({
      notes,
      accompaniment: isPlain ? undefined : { ...others, kept: undefined },
    })
    if (!this.#writer.idle) return
    if (this.#finished !== undefined) this.#finished()
    else if (this.#readings + this.#notes > 0) this.#handOver('not a probe')
    else this.#probeLater()
  }

  #probeLater(): void {
    clearTimeout(this.#probe)
    this.#probe = setTimeout(() => {
      if (!this.isFull || !this.#writer.idle || this.#finished !== undefined) return
      if (this.#writer.mayHaveRoom) this.#handOver('probe')
      else this.#probeLater()
    }, limits.diskRetryMs).unref()
  }

  /**
   * Takes no readings any more; resolves when all that was taken or kept is durable, or the disk has refused it for too long. What
   * is kept afterwards needs another call.
   */
  async finish(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#finished = resolve
    setTimeout(resolve, limits.farewellMs).unref()
    clearTimeout(this.#patience)
    if (this.#untaken > 0 || !this.givenBack.isEmpty) {
      if (this.#writer.slot === undefined) this.#isDue = true
      else if (!this.isFull || this.#writer.idle) this.#handOver('probe')
    }
    if (this.#writer.idle) resolve()
    return promise
  }

  #refuse(device: Device, refusal: Refusal, bytes: Uint8Array): number {
    const { slot } = this.#writer
    const isUnknown = device === this.#unknown
    const kind = kindNumber[isUnknown ? 'unknownDevice' : refusal]
    if (slot === undefined || this.#notes === limits.slotNotes) return NO_ROOM
    const at = this.#notes * 3
    slot.notes[at] = device.number
    slot.notes[at + 1] = kind
    slot.notes[at + 2] = 1
    this.#notes++
    this.received[device.number] = (this.received[device.number] as number) + 1
    if (this.#evidence.length < limits.evidencePerCommit) {
      const complaint = isUnknown ? UNKNOWN_COMPLAINT : this.#draft.complaint
      const reasonName = isUnknown ? 'unknownDevice' : refusal
      this.#evidence.push({
        device: device.number,
        time: this.#arrival,
        reason: reasonName,
        complaint,
        bytes: bytes.slice(),
      })
    }
    if (!this.#isDue) this.#consider()
    if (isUnknown) return reason.notAuthorised
    return refusal === 'tooManyPoints' ? reason.quotaExceeded : reason.payloadFormatInvalid
  }

  /** Called for every message until the batch is due. */
  #consider(): void {
    if (!this.#isWaiting) {
      this.#isWaiting = true
      this.waits.begins(this.#writer.serial, performance.now())
      this.#patience.refresh()
    }
    if (this.#readings < limits.commitAtOnceReadings && this.#untaken < limits.commitAtOnceReadings)
      return
    this.#isDue = true
    setImmediate(() => this.#handOverWaiting())
  }

  /** Once it is due, a batch goes as soon as the writer has nothing else to do. */
  #handOverWaiting(): void {
    if (this.isFull) return // The probe takes it along.
    if (this.#untaken === 0 && this.givenBack.isEmpty) {
      // Messages without a reading started the clock; the next that has one starts it again.
      this.#isWaiting = false
      this.#isDue = false
      return
    }
    if (this.#writer.idle) this.#handOver()
    else this.#isDue = true
  }

  #handOver(kind: 'probe' | 'not a probe' = 'not a probe'): void {
    assert(this.#writer.slot !== undefined, 'a batch is handed over in a slot')
    const notes = this.givenBack.fill(this.#writer.slot, this.#notes)
    const definitions = this.#names.takeNew()
    const evidence = this.#evidence
    const audit = this.#audit
    const kept = this.#kept.take()
    const clockSteps = this.#clockSteps
    const own = { definitions, evidence, audit, kept, clockSteps }
    const accompaniment = this.givenBack.isEmpty ? own : this.givenBack.takeAlong(own)
    this.#writer.handOver(
      { readings: this.#readings, notes, isProbe: kind === 'probe' },
      isNothing(accompaniment) ? undefined : accompaniment,
    )
    this.#readings = 0
    this.#notes = 0
    this.#evidence = []
    this.#audit = []
    this.#clockSteps = []
    this.#isWaiting = false
    this.#isDue = false
    if (this.#writer.slot !== undefined) this.#draft.columns = this.#writer.slot
  }
}

function isNothing(accompaniment: Accompaniment): boolean {
  const { definitions, evidence, audit, clockSteps = [], kept } = accompaniment
  const records = evidence.length + audit.length + clockSteps.length
  return definitions === undefined && records === 0 && kept === undefined
}

const NOTHING: Accompaniment = { definitions: undefined, evidence: [], audit: [], kept: undefined }

/** What a device that may not send says is heard, for it may count in the state of others, and refused whatever it is. */
function refusing(decoder: Decoder): Decoder {
  return {
    decode: (bytes, start, end, now) => {
      const outcome = decoder.decode(bytes, start, end, now)
      return outcome === 'ok' ? 'unreadable' : outcome
    },
  }
}

export function isDeviceName(name: string): boolean {
  return name.length <= limits.deviceBytes && DEVICE_NAME.test(name) && name !== ALARMS
}

/** To the unit that the quantity is kept in; one that nobody models keeps the unit it came with. */
function scale(quantity: string, unit: string): number {
  const model = quantityOf(quantity)
  return model === undefined ? 1 : (unitScale(unit, model.unit) ?? NaN)
}

/** What the accounts hold was received before this start. */
function receivedFrom(accounts: Float64Array): Float64Array {
  return Float64Array.from(
    { length: limits.devices },
    (_, device) => accountOf(accounts, device).received,
  )
}

const DEVICE_TOPIC = /^grid\/([^/]*)\/readings$/
/** Below `grid/alarms` the edge alone speaks. */
const ALARMS = 'alarms'
/** What may stand as a level of a topic, in a file name and in a query without quoting. */
const DEVICE_NAME = /^[A-Za-z0-9._:-]+$/
const UNKNOWN_COMPLAINT =
  'this device may not send here, or its name is none that a device may have'
/** No device can have this name: a parenthesis may not stand in one. */
export const UNKNOWN_DEVICE = '(unknown)'
