import { type NamesOf, type ReadingsText, type Stretch } from '../../api/readings-text.ts'
import { TimeText } from '../../api/time-text.ts'
import { formatQuality } from '../../core/quality.ts'

const TITLES = ['device', 'quantity', 'time', 'value', 'quality'] as const

/** A table for people. The columns are as wide as the first readings need; a wider one later pushes its own line only. */
export class TableText implements ReadingsText {
  readonly contentType = 'text/plain; charset=utf-8'
  readonly #namesOf: NamesOf
  readonly #times = new TimeText()
  #widths: readonly number[] | undefined

  constructor(namesOf: NamesOf) {
    this.#namesOf = namesOf
  }

  open(): string {
    return ''
  }

  add({ chunk, start, end }: Stretch): string {
    const lines: (readonly string[])[] = []
    for (let row = start; row < end; row++) {
      const names = this.#namesOf(chunk.points[row] as number)
      const value = chunk.values[row] as number
      lines.push([
        names?.device ?? '',
        names?.quantity ?? '',
        this.#times.format(chunk.times[row] as number),
        Number.isFinite(value) ? String(value) : '-',
        formatQuality(chunk.qualities[row] as number),
      ])
    }
    if (this.#widths === undefined && lines.length > 0) {
      lines.unshift(TITLES)
      this.#widths = TITLES.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
    }
    return tableLines(lines, this.#widths ?? [], VALUE_COLUMN)
  }

  close(): string {
    return ''
  }
}

const VALUE_COLUMN = 3

/** Cells padded to `widths`, two spaces apart; those of column `right` stand at its right edge. */
export function tableLines(
  lines: readonly (readonly string[])[],
  widths: readonly number[],
  right: number | undefined,
): string {
  let text = ''
  for (const cells of lines) {
    const padded = cells.map((cell, at) =>
      at === right ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
    )
    text += `${padded.join('  ').trimEnd()}\n`
  }
  return text
}
