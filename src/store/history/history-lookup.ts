import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import type { Micros } from '../../core/time.ts'
import { type Known, known } from '../recent.ts'
import { historyPath } from './history-file.ts'
import { SpanBody } from './span-body.ts'

/** One point's readings of one span, decoded. */
interface Stretch {
  readonly times: Float64Array
  readonly values: Float64Array
  /** Which of the times have a value; undefined: all. */
  readonly rows: Uint16Array | undefined
}

/** Says of a late reading whether history has it. Devices send their backlog in order, so the last stretches answer most questions. */
export class HistoryLookup implements Disposable {
  readonly #db: DatabaseSync
  readonly #spans: StatementSync
  readonly #body: StatementSync
  /** By span and point, the one that was asked last at the end. */
  readonly #stretches = new Map<string, Stretch | undefined>()
  /** Rows that were decoded since `begin`. */
  decodedRows = 0

  constructor(directory: string) {
    this.#db = new DatabaseSync(historyPath(directory), {
      readOnly: true,
      timeout: limits.readerBusyMs,
    })
    this.#spans = this.#db.prepare(
      'SELECT number, rows FROM spans WHERE device = ? AND first_time <= ? AND last_time >= ?',
    )
    this.#spans.setReturnArrays(true)
    this.#body = this.#db.prepare('SELECT body FROM spans WHERE number = ?')
  }

  /** `unknown`: what stood there is damaged. */
  judge(reading: LateReading): Known {
    const { device, time } = reading
    const spans = this.#spans.all(device, time, time) as unknown as [number, number][]
    let verdict: Known = known.new
    for (const [number, rows] of spans) {
      try {
        const found = valueAt(this.#stretch(number, rows, reading.point), time)
        if (found === undefined) continue
        return Object.is(found, reading.value) ? known.identical : known.conflicting
      } catch {
        verdict = known.unknown
      }
    }
    return verdict
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #stretch(number: number, rows: number, point: number): Stretch | undefined {
    const key = `${number}/${point}`
    if (this.#stretches.has(key)) {
      const kept = this.#stretches.get(key)
      this.#stretches.delete(key)
      this.#stretches.set(key, kept)
      return kept
    }
    this.decodedRows += rows
    const body = new SpanBody(this.#body.get(number)?.['body'] as Uint8Array, rows)
    const column = body.column(point)
    const stretch =
      column === undefined
        ? undefined
        : { times: body.times, values: column.values, rows: column.rows }
    this.#stretches.set(key, stretch)
    if (this.#stretches.size > limits.lateStretches) {
      const [oldest] = this.#stretches.keys()
      if (oldest !== undefined) this.#stretches.delete(oldest)
    }
    return stretch
  }
}

export interface LateReading {
  readonly device: number
  readonly point: number
  readonly time: Micros
  readonly value: number
}

function valueAt(stretch: Stretch | undefined, time: number): number | undefined {
  if (stretch === undefined) return undefined
  const { times, values, rows } = stretch
  const row = indexOf(times, time)
  if (row < 0) return undefined
  if (rows === undefined) return values[row]
  const at = indexOf(rows, row)
  return at < 0 ? undefined : values[at]
}

/** Of a value in an ascending list; -1: it is not there. */
function indexOf(list: Float64Array | Uint16Array, wanted: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] as number) < wanted) low = middle + 1
    else high = middle
  }
  return list[low] === wanted ? low : -1
}
