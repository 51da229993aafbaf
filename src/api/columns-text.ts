import { assert } from '../core/assert.ts'
import { formatQuality } from '../core/quality.ts'
import { quantityOf } from '../core/quantities.ts'
import type { NamesOf, ReadingsText, Stretch } from './readings-text.ts'

/**
 * Readings as columns, a fifth of the bytes of lines and read as fast: for programs that plot. A piece for each row of readings of one point;
 * `qualities` says of which row on the quality is another.
 *
 *     {"columns":[
 *     {"device":"m1","quantity":"voltage.a","unit":"V","times":[1767225600000,…],"values":[231.2,…],"qualities":[[0,"good"]]},
 *     …
 *     ]}
 */
export class ColumnsText implements ReadingsText {
  readonly contentType = 'application/json; charset=utf-8'
  readonly #namesOf: NamesOf
  #isFirst = true

  constructor(namesOf: NamesOf) {
    this.#namesOf = namesOf
  }

  open(): string {
    return '{"columns":['
  }

  add({ chunk, start, end }: Stretch): string {
    const { points } = chunk
    let text = ''
    for (let from = start; from < end;) {
      let to = from + 1
      while (to < end && points[to] === points[from]) to++
      text += `${this.#isFirst ? '' : ','}\n${this.#piece({ chunk, start: from, end: to })}`
      this.#isFirst = false
      from = to
    }
    return text
  }

  close(damagedRows: number): string {
    return damagedRows === 0 ? '\n]}\n' : `\n],"damagedRows":${damagedRows}}\n`
  }

  /** JSON has no NaN: it writes null, which is what no value is. */
  #piece({ chunk, start, end }: Stretch): string {
    const { points, times, values, qualities, extremes } = chunk
    const names = this.#namesOf(points[start] as number)
    assert(names !== undefined, 'a point has a name before it has a reading')
    const { device, quantity } = names
    const unit = names.unit || (quantityOf(quantity)?.unit ?? '')
    const columnOf = (column: Float64Array): number[] => Array.from(column.subarray(start, end))
    return JSON.stringify({
      device,
      quantity,
      unit,
      times: columnOf(times).map((time) => time / 1000),
      values: columnOf(values),
      ...(extremes && { least: columnOf(extremes.least), greatest: columnOf(extremes.greatest) }),
      qualities: turnsOf(qualities.subarray(start, end)),
    })
  }
}

/** Where the quality becomes another, and which. */
function turnsOf(qualities: Uint16Array): [number, string][] {
  const turns: [number, string][] = []
  for (let row = 0; row < qualities.length; row++) {
    if (row > 0 && qualities[row] === qualities[row - 1]) continue
    turns.push([row, formatQuality(qualities[row] as number)])
  }
  return turns
}
