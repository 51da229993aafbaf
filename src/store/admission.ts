import { ACCOUNT_STRIDE, kindNumber } from '../core/accounts.ts'
import type { Columns } from '../core/batch.ts'
import { limits } from '../core/limits.ts'
import { quality } from '../core/quality.ts'
import type { Micros } from '../core/time.ts'
import type { LateLookup } from './late-lookup.ts'
import { type Known, known, type RecentReadings } from './recent.ts'

/** A reading that contradicts a stored one of the same point and time: evidence, not a stored reading. */
export interface Conflict {
  readonly point: number
  readonly time: number
  readonly value: number
  readonly quality: number
}

/** What of a batch goes into the journal. */
export interface Admitted {
  /** Rows of the batch to store: the first `count`, or those that `order` lists. */
  readonly count: number
  readonly order: Uint16Array | undefined
  readonly firstTime: number
  readonly lastTime: number
  readonly conflicts: readonly Conflict[]
  /** Stored although nobody could say whether they are new: the bound of the lookup was reached. */
  readonly unchecked: number
}

export interface Batch {
  readonly columns: Columns
  readonly count: number
  readonly now: Micros
}

/**
 * Decides for each reading of a batch whether it is new, seen before, or in contradiction to a stored one. In the usual case every
 * reading is later than all others of its point: one comparison, and the batch goes to the journal as it is.
 */
export class Admission {
  readonly #recent: RecentReadings
  readonly #late: LateLookup
  readonly #deviceOf: Uint16Array
  readonly #order = new Uint16Array(limits.slotReadings)

  constructor(recent: RecentReadings, late: LateLookup, deviceOf: Uint16Array) {
    this.#recent = recent
    this.#late = late
    this.#deviceOf = deviceOf
  }

  /** `count(device, kind)` is told of every reading that is not stored. */
  admit(batch: Batch, count: (device: number, kind: number) => void): Admitted {
    const { columns } = batch
    const suspects = this.#takeNew(batch)
    if (suspects.length === 0) return { ...this.#all(batch), conflicts: [], unchecked: 0 }
    const verdicts = this.#judge(columns, suspects)
    const conflicts: Conflict[] = []
    const refused = new Set<number>()
    let unchecked = 0
    for (const [index, row] of suspects.entries()) {
      const point = columns.points[row] as number
      const device = this.#deviceOf[point] as number
      const verdict = verdicts[index] as Known
      if (verdict === known.identical) {
        count(device, kindNumber.duplicate)
        refused.add(row)
      } else if (verdict === known.conflicting) {
        count(device, kindNumber.conflicting)
        conflicts.push(conflictAt(columns, row))
        refused.add(row)
      } else if (verdict === known.unknown) unchecked++
    }
    return { ...this.#without(batch, refused), conflicts, unchecked }
  }

  /** Remembers what is certainly new and returns the rows that are not. */
  #takeNew({ columns, count, now }: Batch): number[] {
    const { points, times, values, qualities } = columns
    const { latest } = this.#recent
    const ahead = now + limits.clockAheadMs * 1000
    const suspects: number[] = []
    for (let row = 0; row < count; row++) {
      const point = points[row] as number
      const time = times[row] as number
      if (time > ahead || time < CLOCK_BEGIN) {
        qualities[row] = (qualities[row] as number) | quality.clockNotSynchronised
      }
      if (time > (latest[point] as number)) this.#recent.append(point, time, values[row] as number)
      else suspects.push(row)
    }
    return suspects
  }

  /** In the order of arrival, so that of two new readings with one time the first is kept. */
  #judge(columns: Columns, suspects: readonly number[]): Known[] {
    const { points, times, values } = columns
    const unknown: number[] = []
    const verdicts = suspects.map((row) => {
      const point = points[row] as number
      const verdict = this.#recent.judge(point, times[row] as number, values[row] as number)
      if (verdict === known.new) {
        this.#recent.insertLate(point, times[row] as number, values[row] as number)
      } else if (verdict === known.unknown) unknown.push(row)
      return verdict
    })
    if (unknown.length === 0) return verdicts
    const deviceOf = (point: number): number => this.#deviceOf[point] as number
    const found = this.#late.judge({ columns, rows: unknown, deviceOf })
    const within = this.#judgeWithin(columns, { unknown, found })
    for (const [index, row] of suspects.entries()) {
      verdicts[index] = within.get(row) ?? (verdicts[index] as Known)
    }
    return verdicts
  }

  /** Late readings of one batch may repeat each other, or a reading of the batch that has left the recent ones already. */
  #judgeWithin(
    columns: Columns,
    { unknown, found }: { readonly unknown: readonly number[]; readonly found: readonly Known[] },
  ): Map<number, Known> {
    const { points, times, values } = columns
    const first = new Map<string, number>()
    const wanted = new Set(unknown.map((row) => times[row]))
    const last = unknown.at(-1) as number
    const verdicts = new Map(unknown.map((row, index) => [row, found[index] as Known]))
    for (let row = 0; row <= last; row++) {
      if (!wanted.has(times[row])) continue
      const key = `${points[row]} ${times[row]}`
      const verdict = verdicts.get(row)
      if (verdict === known.identical || verdict === known.conflicting) continue
      const earlier = first.get(key)
      if (earlier === undefined) {
        first.set(key, row)
        if (verdict === known.new) {
          this.#recent.insertLate(
            points[row] as number,
            times[row] as number,
            values[row] as number,
          )
        }
      } else if (verdict !== undefined) {
        const same = Object.is(values[earlier], values[row])
        verdicts.set(row, same ? known.identical : known.conflicting)
      }
    }
    return verdicts
  }

  #all({ columns, count }: Batch): Pick<Admitted, 'count' | 'order' | 'firstTime' | 'lastTime'> {
    let firstTime = Infinity
    let lastTime = -Infinity
    for (let row = 0; row < count; row++) {
      const time = columns.times[row] as number
      if (time < firstTime) firstTime = time
      if (time > lastTime) lastTime = time
    }
    return { count, order: undefined, firstTime, lastTime }
  }

  #without(
    { columns, count }: Batch,
    refused: ReadonlySet<number>,
  ): Pick<Admitted, 'count' | 'order' | 'firstTime' | 'lastTime'> {
    let kept = 0
    let firstTime = Infinity
    let lastTime = -Infinity
    for (let row = 0; row < count; row++) {
      if (refused.has(row)) continue
      const time = columns.times[row] as number
      if (time < firstTime) firstTime = time
      if (time > lastTime) lastTime = time
      this.#order[kept++] = row
    }
    return { count: kept, order: this.#order.subarray(0, kept), firstTime, lastTime }
  }
}

const CLOCK_BEGIN = limits.clockBeginMs * 1000

function conflictAt({ points, times, values, qualities }: Columns, row: number): Conflict {
  return {
    point: points[row] as number,
    time: times[row] as number,
    value: values[row] as number,
    quality: qualities[row] as number,
  }
}

/** Adds stored readings to the accounts of their devices; only after the commit that made them durable. */
export function countStored(
  accounts: Float64Array,
  { columns, count, order }: { columns: Columns; count: number; order: Uint16Array | undefined },
  deviceOf: Uint16Array,
): void {
  for (let at = 0; at < count; at++) {
    const row = order === undefined ? at : (order[at] as number)
    const account = (deviceOf[columns.points[row] as number] as number) * ACCOUNT_STRIDE
    accounts[account] = (accounts[account] as number) + 1
  }
}
