import type { Column } from '../history/column.ts'
import { SpanBody, encodeSpan } from '../history/span-body.ts'
import { PARTS, part } from '../reader/window-sums.ts'

/** Places of one point among the columns of a rollup: its parts, and some to spare. */
const STRIDE = 16

/** Windows of one device as they are put together, in order of time. */
export class RollupWindows {
  readonly #times: number[] = []
  readonly #points = new Map<number, { readonly rows: number[]; readonly parts: number[][] }>()
  readings = 0
  /** Readings are missing that the disk lost: whoever asks is to be told, which only a query of the readings does. */
  isDamaged = false
  /** One for each point and window. */
  count = 0

  get windows(): number {
    return this.#times.length
  }

  add(time: number, point: number, sums: Float64Array): void {
    if (this.#times.at(-1) !== time) this.#times.push(time)
    let known = this.#points.get(point)
    if (known === undefined) {
      known = { rows: [], parts: Array.from({ length: PARTS }, () => []) }
      this.#points.set(point, known)
    }
    known.rows.push(this.#times.length - 1)
    for (let place = 0; place < PARTS; place++) {
      const value = sums[place] as number
      const isSum = place === part.sum || place === part.squares
      known.parts[place]?.push(isSum ? tidied(value) : value)
    }
    this.readings += sums[part.count] as number
    this.count++
  }

  encode(): Uint8Array {
    const columns = new Map<number, Column>()
    for (const [point, { rows, parts }] of this.#points) {
      const present = rows.length === this.#times.length ? undefined : Uint16Array.from(rows)
      for (const [place, values] of parts.entries()) {
        columns.set(point * STRIDE + place, {
          values: Float64Array.from(values),
          qualities: new Uint16Array(values.length),
          rows: present,
        })
      }
    }
    return encodeSpan({ times: Float64Array.from(this.#times), columns })
  }
}

/**
 * Decimals added up end in ...0000001. Without that it is a decimal again, nearer to the true sum, and takes a third of the bytes; where
 * the values were no decimals the sum stays as it is.
 */
function tidied(sum: number): number {
  const decimal = Math.round(sum * 1e6) / 1e6
  return Math.abs(decimal - sum) <= Math.abs(sum) * 1e-13 ? decimal : sum
}

/** A chunk as it lies on the disk: the format of a span, whose points are the parts of points. */
export class RollupBody {
  readonly #body: SpanBody

  constructor(bytes: Uint8Array, windows: number) {
    this.#body = new SpanBody(bytes, windows)
  }

  get times(): Float64Array {
    return this.#body.times
  }

  get points(): ReadonlySet<number> {
    const points = new Set<number>()
    for (const column of this.#body.points) points.add(Math.floor(column / STRIDE))
    return points
  }

  /** A list with these parts of the point at their places. */
  parts(point: number, places: readonly number[]): readonly (Column | undefined)[] {
    const columns: (Column | undefined)[] = Array.from({ length: PARTS })
    for (const place of places) columns[place] = this.#body.column(point * STRIDE + place)
    return columns
  }

  /** Whether all readings of the point were good. */
  isGood(point: number): boolean {
    const sumOf = (place: number): number => this.#body.statistics(point * STRIDE + place)?.sum ?? 0
    return sumOf(part.count) === sumOf(part.good)
  }
}
