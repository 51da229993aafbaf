import type { Column } from '../history/column.ts'
import { SpanBody } from '../history/span-body.ts'
import { PARTS, part } from '../reader/window-sums.ts'
import { stoodIn } from './implied-parts.ts'

/** Places of one point among the columns of a rollup: those of its good readings, then those of the others. */
export const STRIDE = 32
export const OTHERS = 16

/** Windows of a chunk, some of which may lie outside what is asked for. */
export interface StoredWindows {
  /** When each begins. */
  readonly times: Float64Array
  readonly points: readonly StoredPoint[]
}

/** Of one point's good readings, or of its others. */
export interface StoredPoint {
  readonly point: number
  readonly isGood: boolean
  /** In which of the windows there are some; undefined: in all. */
  readonly rows: Uint16Array | undefined
  /** By `part`, as far as they were asked for. Times are counted from the beginning of the window; good ones are all or none. */
  readonly parts: readonly (Float64Array | undefined)[]
}

/** What is wanted of a chunk. */
export interface WantedParts {
  /** Which parts of a point; undefined: the point is not wanted. */
  readonly partsOf: (point: number) => readonly number[] | undefined
  readonly goodOnly: boolean
}

/** A chunk as it lies on the disk: the format of a span, whose points are the parts of points. Throws `corrupt`. */
export function decodeRollup(
  bytes: Uint8Array,
  windows: number,
  { partsOf, goodOnly }: WantedParts,
): StoredWindows {
  const body = new SpanBody(bytes, windows)
  const points: StoredPoint[] = []
  for (const column of body.points) {
    if (column % OTHERS !== part.count) continue
    const isGood = column % STRIDE === part.count
    const point = Math.floor(column / STRIDE)
    const wanted = partsOf(point)
    if (wanted === undefined || (goodOnly && !isGood)) continue
    const { rows, values } = body.column(column) as Column
    const known: (Float64Array | undefined)[] = [values]
    const read = (place: number): Float64Array => {
      const found = (known[place] ??=
        body.column(column + place)?.values ?? stoodIn(place, values.length, read))
      return found
    }
    const parts: (Float64Array | undefined)[] = Array.from({ length: PARTS })
    for (const place of wanted) if (place !== part.good) parts[place] = read(place)
    points.push({ point, isGood, rows, parts })
  }
  return { times: body.times, points }
}
