import { assert } from '../core/assert.ts'
import { limits } from '../core/limits.ts'
import { formatQuality } from '../core/quality.ts'
import type { PointInfo, ReadingsChunk } from './ports.ts'
import { TimeText } from './time-text.ts'

export interface Stretch {
  readonly chunk: ReadingsChunk
  readonly start: number
  readonly end: number
}

export type NamesOf = (point: number) => Pick<PointInfo, 'device' | 'quantity'> | undefined

/** The text of an answer, piece by piece: `open`, any number of `add`, `close`. */
export interface ReadingsText {
  readonly contentType: string
  open(): string
  add(stretch: Stretch): string
  /** `damagedRows`: journal rows that the disk lost, whose readings are missing. */
  close(damagedRows: number): string
}

/**
 * One reading a line, so that a stream of it can be read line by line:
 *
 *     {"readings":[
 *     {"device":"m1","quantity":"voltage.a","time":"2026-01-31T12:00:00.000Z","value":231.2,"quality":"good"},
 *     …
 *     ]}
 */
export class JsonText implements ReadingsText {
  readonly contentType = 'application/json; charset=utf-8'
  readonly #names: Names
  readonly #times = new TimeText()
  readonly #qualities = new Qualities((text) => `,"quality":"${text}"}`)
  #separator = '\n'

  constructor(namesOf: NamesOf) {
    this.#names = new Names(
      namesOf,
      ({ device, quantity }) =>
        `{"device":${JSON.stringify(device)},"quantity":${JSON.stringify(quantity)},"time":"`,
    )
  }

  open(): string {
    return '{"readings":['
  }

  add({ chunk, start, end }: Stretch): string {
    const { points, times, values, qualities } = chunk
    let text = ''
    for (let row = start; row < end; row++) {
      const value = values[row] as number
      text += this.#separator
      text += this.#names.of(points[row] as number)
      text += this.#times.format(times[row] as number)
      text += '","value":'
      text += Number.isFinite(value) ? value : 'null'
      text += this.#qualities.of(qualities[row] as number)
      this.#separator = ',\n'
    }
    return text
  }

  close(damagedRows: number): string {
    return damagedRows === 0 ? '\n]}\n' : `\n],"damagedRows":${damagedRows}}\n`
  }
}

/** RFC 4180 with line feeds alone, which every reader of CSV takes and every other tool too. No value, an empty field. */
export class CsvText implements ReadingsText {
  readonly contentType = 'text/csv; charset=utf-8; header=present'
  readonly #names: Names
  readonly #times = new TimeText()
  readonly #qualities = new Qualities((text) => `,${csvField(text)}\n`)

  constructor(namesOf: NamesOf) {
    this.#names = new Names(
      namesOf,
      ({ device, quantity }) => `${csvField(device)},${csvField(quantity)},`,
    )
  }

  open(): string {
    return 'device,quantity,time,value,quality\n'
  }

  add({ chunk, start, end }: Stretch): string {
    const { points, times, values, qualities } = chunk
    let text = ''
    for (let row = start; row < end; row++) {
      const value = values[row] as number
      text += this.#names.of(points[row] as number)
      text += this.#times.format(times[row] as number)
      text += ','
      text += Number.isFinite(value) ? value : ''
      text += this.#qualities.of(qualities[row] as number)
    }
    return text
  }

  close(): string {
    return ''
  }
}

export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The names of each point, escaped once. */
class Names {
  readonly #namesOf: NamesOf
  readonly #format: (names: Pick<PointInfo, 'device' | 'quantity'>) => string
  readonly #texts = new Map<number, string>()

  constructor(namesOf: NamesOf, format: (names: Pick<PointInfo, 'device' | 'quantity'>) => string) {
    this.#namesOf = namesOf
    this.#format = format
  }

  of(point: number): string {
    const known = this.#texts.get(point)
    if (known !== undefined) return known
    const names = this.#namesOf(point)
    assert(names !== undefined, 'a point has a name before it has a reading')
    const text = this.#format(names)
    if (this.#texts.size >= limits.httpNamesKept) this.#texts.clear()
    this.#texts.set(point, text)
    return text
  }
}

/** 16 bits: at most 65,536 texts, in practice a handful. */
class Qualities {
  readonly #format: (text: string) => string
  readonly #texts = new Map<number, string>()

  constructor(format: (text: string) => string) {
    this.#format = format
  }

  of(bits: number): string {
    let text = this.#texts.get(bits)
    if (text === undefined) {
      text = this.#format(formatQuality(bits))
      this.#texts.set(bits, text)
    }
    return text
  }
}
