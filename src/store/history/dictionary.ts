import { limits } from '../../core/limits.ts'

/** More kinds of values than this, and a list of them costs more than it saves. */
const KINDS_MOST = limits.historySpanRows >> 2
const PLACES = 1 << 14
const FREE = -1

const kinds = new Float64Array(KINDS_MOST)
const places = new Int16Array(PLACES)
const rankOf = new Uint16Array(KINDS_MOST)
const kindAt = new Uint16Array(limits.historySpanRows)

/**
 * An instrument with a 12-bit converter shows few different numbers, at distances that decimals do not see (5.436, 5.472, 5.508). Puts
 * the rank of each integer among all that there are into `ranks` and returns these, ascending; undefined where there are too many.
 */
export function rank(
  integers: Float64Array,
  count: number,
  ranks: Float64Array,
): Float64Array | undefined {
  places.fill(FREE)
  const most = Math.min(KINDS_MOST, count >> 2)
  let found = 0
  for (let row = 0; row < count; row++) {
    const integer = integers[row] as number
    let place = Math.imul(integer | 0, 0x9e3779b1) >>> 18
    let kind = places[place] as number
    while (kind !== FREE && kinds[kind] !== integer) {
      place = (place + 1) & (PLACES - 1)
      kind = places[place] as number
    }
    if (kind === FREE) {
      if (found === most) return undefined
      kind = found++
      kinds[kind] = integer
      places[place] = kind
    }
    kindAt[row] = kind
  }
  const sorted = kinds.slice(0, found).sort()
  const order = new Map(Array.from(sorted, (integer, position) => [integer, position]))
  for (let kind = 0; kind < found; kind++) rankOf[kind] = order.get(kinds[kind] as number) as number
  for (let row = 0; row < count; row++) ranks[row] = rankOf[kindAt[row] as number] as number
  return sorted
}
