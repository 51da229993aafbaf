import { limits } from '../../core/limits.ts'

/** More kinds of values than every second row, and a list of them costs more than it saves. */
const ROWS_PER_KIND = 2
/** Kinds that lie closer than this have hardly a gap between them: their ranks would be no smaller than they are. */
const LEAST_DISTANCE = 1.25
const KINDS_MOST = limits.historySpanRows / ROWS_PER_KIND
const PLACE_BITS = 14
const PLACES = 1 << PLACE_BITS
const FREE = -1

const kinds = new Float64Array(KINDS_MOST)
/** The number of a kind, where the hash of its integer leads to. */
const places = new Int16Array(PLACES)
const rankOf = new Uint16Array(KINDS_MOST)
const kindAt = new Uint16Array(limits.historySpanRows)

/**
 * An instrument with a 12-bit converter shows few different numbers, at distances that decimals do not see (5.436, 5.472, 5.508). Puts
 * the rank of each integer among all that there are into `ranks` and returns these, ascending; undefined where that is of no use.
 */
export function rank(
  integers: Float64Array,
  count: number,
  ranks: Float64Array,
): Float64Array | undefined {
  const most = Math.floor(count / ROWS_PER_KIND)
  places.fill(FREE)
  let found = 0
  for (let row = 0; row < count; row++) {
    const integer = integers[row] as number
    const place = placeOf(integer)
    let kind = places[place] as number
    if (kind === FREE) {
      if (found === most) return undefined
      kind = found++
      kinds[kind] = integer
      places[place] = kind
    }
    kindAt[row] = kind
  }
  const sorted = kinds.slice(0, found).sort()
  const range = (sorted[found - 1] as number) - (sorted[0] as number)
  if (range < found * LEAST_DISTANCE) return undefined
  for (let position = 0; position < found; position++)
    rankOf[places[placeOf(sorted[position] as number)] as number] = position
  for (let row = 0; row < count; row++) ranks[row] = rankOf[kindAt[row] as number] as number
  return sorted
}

/** Where this integer's kind is, or would be. Fewer than half of the places are ever taken. */
function placeOf(integer: number): number {
  let place = Math.imul(integer | 0, 0x9e3779b1) >>> (32 - PLACE_BITS)
  let kind = places[place] as number
  while (kind !== FREE && kinds[kind] !== integer) {
    place = (place + 1) & (PLACES - 1)
    kind = places[place] as number
  }
  return place
}
