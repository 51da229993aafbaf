import type { Column } from '../history/column.ts'
import { encodeSpan } from '../history/span-body.ts'
import { WindowFold } from '../reader/window-fold.ts'
import { PARTS, part } from '../reader/window-sums.ts'
import { isImplied, tidied } from './implied-parts.ts'
import { OTHERS, STRIDE } from './rollup-body.ts'

/** What there is of one point's windows, in the order of time. */
interface Strand {
  readonly times: number[]
  readonly parts: number[][]
}

/** Windows of one device as they are put together. */
export class RollupWindows {
  /** By slots of a fold `byValidity`. */
  readonly #strands = new Map<number, Strand>()
  readings = 0
  /** Readings are missing that the disk lost: whoever asks is to be told, which only a query of the readings does. */
  isDamaged = false
  /** One for each point and window. */
  count = 0

  get times(): Float64Array {
    const times = new Set<number>()
    for (const strand of this.#strands.values()) for (const time of strand.times) times.add(time)
    return Float64Array.from(times).sort()
  }

  /** Of each slot in the order of time. */
  add(time: number, slot: number, sums: Float64Array): void {
    let strand = this.#strands.get(slot)
    if (strand === undefined) {
      strand = { times: [], parts: Array.from({ length: PARTS }, () => []) }
      this.#strands.set(slot, strand)
    }
    strand.times.push(time)
    const isEmpty = sums[part.finite] === 0
    for (let place = 0; place < PARTS; place++) {
      const value = sums[place] as number
      const isSum = place === part.sum || place === part.squares
      const isTime = place === part.firstTime || place === part.lastTime
      strand.parts[place]?.push(isSum ? tidied(value) : isTime && !isEmpty ? value - time : value)
    }
    this.readings += sums[part.count] as number
    this.count++
  }

  encode(): Uint8Array {
    const { times } = this
    const rowOf = new Map(Array.from(times, (time, row) => [time, row]))
    const columns = new Map<number, Column>()
    for (const [slot, strand] of this.#strands) {
      const rows =
        strand.times.length === times.length
          ? undefined
          : Uint16Array.from(strand.times, (time) => rowOf.get(time) ?? 0)
      const parts = strand.parts.map((values) => Float64Array.from(values))
      const base = (slot >> 1) * STRIDE + (slot & 1) * OTHERS
      for (const [place, values] of parts.entries()) {
        if (isImplied(place, parts)) continue
        columns.set(base + place, { values, qualities: new Uint16Array(values.length), rows })
      }
    }
    return encodeSpan({ times, columns })
  }
}

/** Folds readings of both validities into the chunk that their time belongs to. */
export function foldInto(width: number, target: (time: number) => RollupWindows): WindowFold {
  const fold: WindowFold = new WindowFold({
    step: width,
    slots: 'byValidity',
    onWindow: (time) => {
      const { sums } = fold
      for (const slot of sums.points()) target(time).add(time, slot, sums.partsOf(slot))
    },
  })
  return fold
}
