import { ACCOUNT_STRIDE, kindNumber } from '../core/accounts.ts'
import type { Columns, Slot } from '../core/batch.ts'
import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'
import { type Admitted, Admission, countStored } from './admission.ts'
import { isDiskFull } from './disk-room.ts'
import { type Gauge, gauge } from './gauges.ts'
import { openHistory, sealedIn } from './history/history-file.ts'
import { HistoryLookup } from './history/history-lookup.ts'
import { Journal } from './journal.ts'
import { LateLookup } from './late-lookup.ts'
import { LatestReadings } from './latest.ts'
import { MISSING, type Missing, lookUpLatest, restoreLatest } from './latest-recall.ts'
import { RecentReadings } from './recent.ts'
import { cutRows } from './row-cutter.ts'
import { RowEncoder, decodeRow } from './row.ts'
import { type Snapshot, decodeSnapshot, encodeSnapshot } from './snapshot.ts'
import type { Accompaniment, WriterSettings } from './writer-protocol.ts'

/** A batch whose every reading has been judged; it may be written more than once, until the disk takes it. */
export interface PreparedBatch {
  readonly slot: Slot
  readonly admitted: Admitted
  /** Triples (device, account kind, readings): what the slot brought, and what was not admitted. */
  readonly notes: Uint32Array
  readonly accompaniment: Accompaniment | undefined
}

/** Turns slots into commits: prepare (judge), write (one transaction), settle (count what is now durable). */
export class BatchWriter {
  readonly #journal: Journal
  readonly #history: HistoryLookup
  readonly #recent = new RecentReadings()
  readonly #latest: LatestReadings
  readonly #deviceOf = new Uint16Array(limits.points)
  readonly #admission: Admission
  readonly #encoder = new RowEncoder()
  readonly #accounts: Float64Array
  readonly #gauges: Float64Array
  /** Rows of the journal that could not be read. */
  readonly #damaged = new Set<number>()
  /** Rows up to this one were in history at the start: no new row may have such a number, or readers would leave it out. */
  readonly #sealed: number
  #points = 0
  #devices = 0
  /** Number of the last row in the journal. */
  #number = 0
  #snapshotNumber = 0
  #readingsSinceSnapshot = 0

  constructor({ directory, accounts, gauges, latest }: WriterSettings) {
    this.#journal = new Journal(directory)
    this.#sealed = readSealed(directory)
    this.#history = new HistoryLookup(directory)
    const late = new LateLookup(this.#journal.db, this.#history, (number) =>
      this.#foundDamaged(number),
    )
    this.#admission = new Admission(this.#recent, late, this.#deviceOf)
    this.#accounts = accounts
    this.#gauges = gauges
    gauges[gauge.sealedJournal] = this.#sealed
    this.#latest = new LatestReadings(latest)
    const missing = this.#restore()
    const last = this.#snapshotNumber
    lookUpLatest(this.#latest, { journal: this.#journal.db, directory, last, missing })
  }

  prepare(slot: Slot, accompaniment: Accompaniment | undefined): PreparedBatch {
    this.#learn(accompaniment)
    const [count = 0, notesCount = 0] = slot.counts
    const uncounted = new Map<number, number>()
    const note = (device: number, kind: number, readings = 1): void => {
      const key = device * ACCOUNT_STRIDE + kind
      uncounted.set(key, (uncounted.get(key) ?? 0) + readings)
    }
    for (let at = 0; at < notesCount * 3; at += 3) {
      note(slot.notes[at] as number, slot.notes[at + 1] as number, slot.notes[at + 2])
    }
    const now = Micros(Date.now() * 1000)
    const admitted = this.#admission.admit({ columns: slot, count, now }, note)
    return { slot, admitted, notes: triples(uncounted), accompaniment }
  }

  write({ slot, admitted, notes, accompaniment }: PreparedBatch): void {
    const started = performance.now()
    let number = this.#number
    let bytes = 0
    this.#commit(() => {
      if (accompaniment?.definitions !== undefined) this.#journal.define(accompaniment.definitions)
      if (accompaniment !== undefined) {
        this.#journal.keepEvidence(accompaniment.evidence)
        this.#journal.audit.add(accompaniment.audit)
        this.#journal.clockSteps.add(accompaniment.clockSteps ?? [], this.#number)
      }
      if (accompaniment?.kept !== undefined) this.#journal.kept.apply(accompaniment.kept)
      for (const conflict of admitted.conflicts) this.#journal.contradict(conflict)
      for (const source of cutRows(slot, admitted, notes)) {
        const row = this.#encoder.encode(source, this.#deviceOf)
        bytes += row.bytes.length
        this.#journal.append(++number, row)
      }
      if (this.#snapshotDue(number)) this.#snapshot()
      this.#journal.trim(this.#trimmable, 1 + limits.journalTrimRows * (number - this.#number))
      if (admitted.count < limits.journalVacuumReadings) {
        this.#journal.vacuum({ kept: limits.journalFreePages, pages: limits.journalVacuumPages })
      }
    })
    const seconds = (performance.now() - started) / 1000
    this.#add('commits', 1)
    this.#add('commitSeconds', seconds)
    this.#gauges[gauge.commitSecondsLast] = seconds
    this.#add('rows', number - this.#number)
    this.#add('rowBytes', bytes)
    this.#number = number
  }

  settle({ slot, admitted, notes }: PreparedBatch): void {
    countStored(this.#accounts, { columns: slot, ...admitted }, this.#deviceOf)
    offerStored(this.#latest, { columns: slot, ...admitted })
    addNotes(this.#accounts, notes)
    this.#readingsSinceSnapshot += admitted.count
    this.#add('readings', admitted.count)
    this.#add('unchecked', admitted.unchecked)
  }

  /** The disk has no room for it. Returns, in triples like `notes`, what the books are still to be told of it. */
  refuse({ slot }: PreparedBatch): Uint32Array<ArrayBuffer> {
    const [count = 0, notesCount = 0] = slot.counts
    const owed = new Map<number, number>()
    const note = (device: number, kind: number, readings: number): void => {
      const key = device * ACCOUNT_STRIDE + kind
      owed.set(key, (owed.get(key) ?? 0) + readings)
    }
    for (let at = 0; at < notesCount * 3; at += 3) {
      const [device = 0, kind = 0, readings = 0] = slot.notes.subarray(at, at + 3)
      note(device, kind, readings)
    }
    for (let row = 0; row < count; row++) {
      const point = slot.points[row] as number
      this.#recent.forget(point)
      note(this.#deviceOf[point] as number, kindNumber.diskFull, 1)
    }
    return triples(owed)
  }

  /**
   * Nobody waits any more: the journal gives back all that it does not need. The last snapshot only saves time at the next start: a disk
   * without room for it is no reason to fail.
   */
  close(): void {
    try {
      this.#commit(() => {
        this.#snapshot()
        this.#journal.trim(this.#trimmable, Infinity)
        this.#journal.vacuum({ kept: 0, pages: Infinity })
      })
    } catch (cause) {
      if (!isDiskFull(cause)) throw cause
    }
    this.#journal.close()
    this.#history[Symbol.dispose]()
  }

  /** A snapshot that was rolled back is none, or rows that it does not hold would be taken away. */
  #commit(write: () => void): void {
    const number = this.#snapshotNumber
    const readings = this.#readingsSinceSnapshot
    try {
      this.#journal.commit(write)
    } catch (cause) {
      this.#snapshotNumber = number
      this.#readingsSinceSnapshot = readings
      throw cause
    }
  }

  /** The last row that neither a reader, nor a processor, nor the next start needs. */
  get #trimmable(): number {
    const sealed = this.#gauges[gauge.sealedJournal] as number
    return Math.min(this.#snapshotNumber, sealed, this.#gauges[gauge.processedJournal] as number)
  }

  #learn(accompaniment: Accompaniment | undefined): void {
    const { devices = [], points = [] } = accompaniment?.definitions ?? {}
    for (const { number } of devices) this.#devices = Math.max(this.#devices, number + 1)
    for (const { number, device } of points) {
      this.#deviceOf[number] = device
      this.#points = Math.max(this.#points, number + 1)
    }
  }

  /** After a sealing, too: only then may its rows be taken away. */
  #snapshotDue(number: number): boolean {
    if ((this.#gauges[gauge.sealedJournal] as number) > this.#snapshotNumber) return true
    const rows = number - this.#snapshotNumber
    return rows >= limits.snapshotRows || this.#readingsSinceSnapshot >= limits.snapshotReadings
  }

  /** Holds what was settled so far: everything up to the row before the batch that is being written. */
  #snapshot(): void {
    const body = encodeSnapshot({
      ...this.#latestColumns(),
      accounts: this.#accounts.slice(0, this.#devices * ACCOUNT_STRIDE),
      deviceOf: this.#deviceOf.subarray(0, this.#points),
    })
    this.#journal.snapshot(this.#number, body)
    this.#snapshotNumber = this.#number
    this.#readingsSinceSnapshot = 0
  }

  /** Of what was settled; a point that is new in the batch that is being written is in a row that is replayed after a start. */
  #latestColumns(): Pick<Snapshot, 'latest' | 'values' | 'qualities'> {
    const latest = this.#recent.latest.slice(0, this.#points)
    const values = new Float64Array(this.#points)
    const qualities = new Uint16Array(this.#points).fill(MISSING)
    for (let point = 0; point < this.#points; point++) {
      const settled = this.#latest.read(point)
      if (settled === undefined) continue
      latest[point] = settled.time
      values[point] = settled.value
      qualities[point] = settled.quality
    }
    return { latest, values, qualities }
  }

  #restore(): Missing {
    const { db } = this.#journal
    const stored = db.prepare('SELECT journal, body FROM snapshot').get()
    const snapshot =
      stored === undefined
        ? undefined
        : decodeSnapshot(stored['journal'] as number, stored['body'] as Uint8Array)
    if (snapshot !== undefined) {
      this.#recent.restore(snapshot.latest)
      this.#accounts.set(snapshot.accounts)
      this.#deviceOf.set(snapshot.deviceOf)
      this.#number = snapshot.journal
      this.#snapshotNumber = snapshot.journal
      this.#points = snapshot.latest.length
      this.#devices = snapshot.accounts.length / ACCOUNT_STRIDE
    }
    const rows = db
      .prepare('SELECT number, device FROM points WHERE number >= ?')
      .iterate(this.#points)
    for (const row of rows) {
      const number = row['number'] as number
      this.#deviceOf[number] = row['device'] as number
      this.#points = Math.max(this.#points, number + 1)
    }
    const last = db.prepare('SELECT coalesce(max(number) + 1, 0) AS total FROM devices').get()
    this.#devices = Math.max(this.#devices, last?.['total'] as number)
    const missing = restoreLatest(this.#latest, snapshot)
    this.#replay()
    this.#number = Math.max(this.#number, this.#sealed)
    return missing
  }

  /** A row whose checksum is wrong is counted and passed over: the site goes on with what is left. */
  #replay(): void {
    const rows = this.#journal.db.prepare(
      'SELECT number, body FROM journal WHERE number > ? ORDER BY number',
    )
    for (const stored of rows.iterate(this.#number)) {
      const number = stored['number'] as number
      this.#number = number
      try {
        const row = decodeRow(stored['body'] as Uint8Array, number)
        const count = row.points.length
        for (let at = 0; at < count; at++) {
          this.#recent.replay(row.points[at] as number, row.times[at] as number)
        }
        countStored(this.#accounts, { columns: row, count, order: undefined }, this.#deviceOf)
        offerStored(this.#latest, { columns: row, count, order: undefined })
        addNotes(this.#accounts, row.notes)
        this.#readingsSinceSnapshot += count
      } catch {
        this.#foundDamaged(number)
      }
    }
  }

  #foundDamaged(number: number): void {
    this.#damaged.add(number)
    this.#gauges[gauge.damagedRows] = this.#damaged.size
  }

  #add(name: Gauge, amount: number): void {
    this.#gauges[gauge[name]] = (this.#gauges[gauge[name]] as number) + amount
  }
}

/** Makes the file where it is missing. */
function readSealed(directory: string): number {
  using history = openHistory(directory)
  return sealedIn(history)
}

function triples(counts: ReadonlyMap<number, number>): Uint32Array<ArrayBuffer> {
  const notes = new Uint32Array(counts.size * 3)
  let at = 0
  for (const [key, readings] of counts) {
    notes[at++] = Math.floor(key / ACCOUNT_STRIDE)
    notes[at++] = key % ACCOUNT_STRIDE
    notes[at++] = readings
  }
  return notes
}

function offerStored(
  latest: LatestReadings,
  { columns, count, order }: Pick<Admitted, 'count' | 'order'> & { readonly columns: Columns },
): void {
  const { points, times, values, qualities } = columns
  // From the end: what a point sent last is its latest as a rule, and the rest of it costs a comparison.
  for (let at = count - 1; at >= 0; at--) {
    const row = order === undefined ? at : (order[at] as number)
    latest.offer(points[row] as number, {
      time: times[row] as number,
      value: values[row] as number,
      quality: qualities[row] as number,
    })
  }
}

function addNotes(accounts: Float64Array, notes: Uint32Array): void {
  for (let at = 0; at < notes.length; at += 3) {
    const account = (notes[at] as number) * ACCOUNT_STRIDE + (notes[at + 1] as number)
    accounts[account] = (accounts[account] as number) + (notes[at + 2] as number)
  }
}
