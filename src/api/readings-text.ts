import { assert } from '../core/assert.ts'
import { limits } from '../core/limits.ts'
import { formatQuality } from '../core/quality.ts'
import { NumberBytes } from './number-bytes.ts'
import type { PointInfo, ReadingsChunk } from './ports.ts'
import { TimeBytes } from './time-bytes.ts'

export interface Stretch {
  readonly chunk: ReadingsChunk
  readonly start: number
  readonly end: number
}

export type NamesOf = (
  point: number,
) => (Pick<PointInfo, 'device' | 'quantity'> & Partial<Pick<PointInfo, 'unit'>>) | undefined

/** The text of an answer, piece by piece: `open`, any number of `add`, `close`. What is handed out belongs to the caller. */
export interface ReadingsText {
  readonly contentType: string
  open(): string
  add(stretch: Stretch): string | Uint8Array<ArrayBuffer>
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
  readonly #lines: Lines
  #isFirst = true

  constructor(namesOf: NamesOf) {
    this.#lines = new Lines(namesOf, {
      head: ({ device, quantity }) =>
        `,\n{"device":${JSON.stringify(device)},"quantity":${JSON.stringify(quantity)},"time":"`,
      beforeValue: '","value":',
      noValue: 'null',
      tail: (text) => `,"quality":"${text}"}`,
    })
  }

  open(): string {
    return '{"readings":['
  }

  add(stretch: Stretch): Uint8Array<ArrayBuffer> {
    const bytes = this.#lines.add(stretch)
    if (!this.#isFirst || bytes.length === 0) return bytes
    this.#isFirst = false
    return bytes.subarray(1) // No comma before the first.
  }

  close(damagedRows: number): string {
    return damagedRows === 0 ? '\n]}\n' : `\n],"damagedRows":${damagedRows}}\n`
  }
}

/** RFC 4180 with line feeds alone, which every reader of CSV takes and every other tool too. No value, an empty field. */
export class CsvText implements ReadingsText {
  readonly contentType = 'text/csv; charset=utf-8; header=present'
  readonly #lines: Lines

  constructor(namesOf: NamesOf) {
    this.#lines = new Lines(namesOf, {
      head: ({ device, quantity }) => `${csvField(device)},${csvField(quantity)},`,
      beforeValue: ',',
      noValue: '',
      tail: (text) => `,${csvField(text)}\n`,
    })
  }

  open(): string {
    return 'device,quantity,time,value,quality\n'
  }

  add(stretch: Stretch): Uint8Array<ArrayBuffer> {
    return this.#lines.add(stretch)
  }

  close(): string {
    return ''
  }
}

export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

interface Layout {
  readonly head: (names: Pick<PointInfo, 'device' | 'quantity'>) => string
  readonly beforeValue: string
  readonly noValue: string
  readonly tail: (quality: string) => string
}

/** Room for a time, a value and what stands between them. */
const MIDDLE_BYTES = 96

/**
 * Lines of text as bytes: `head | time | beforeValue | value | tail`. Strings would be made and encoded again, at ten times the cost. What
 * the line before has of a line is copied from there.
 */
class Lines {
  readonly #heads: Heads
  readonly #tails: Tails
  readonly #beforeValue: Uint8Array
  readonly #noValue: Uint8Array
  readonly #times = new TimeBytes()
  readonly #numbers = new NumberBytes()

  constructor(namesOf: NamesOf, layout: Layout) {
    this.#heads = new Heads(namesOf, layout.head)
    this.#tails = new Tails(layout.tail)
    this.#beforeValue = Buffer.from(layout.beforeValue)
    this.#noValue = Buffer.from(layout.noValue)
  }

  add({ chunk, start, end }: Stretch): Uint8Array<ArrayBuffer> {
    const { points, times: moments, values, qualities } = chunk
    const times = this.#times
    const beforeValue = this.#beforeValue
    let out: Uint8Array<ArrayBuffer> = new Uint8Array((end - start) * LINE_BYTES + MIDDLE_BYTES)
    let at = 0
    let point = -1
    let head: Uint8Array = NOTHING
    let bits = -1
    let tail: Uint8Array = NOTHING
    /** Of the line before, to know by identity whether the day is another. */
    let minute: Uint8Array = NOTHING
    /** What stands between the last two values, to be copied where nothing but time of day and value differ. */
    let joint = 0
    let jointEnd = 0
    let jointTail: Uint8Array | undefined
    for (let row = start; row < end; row++) {
      const time = moments[row] as number
      const value = values[row] as number
      const begin = at
      const before = tail
      let isSame = before === jointTail
      if (points[row] !== point) {
        point = points[row] as number
        head = this.#heads.of(point)
        isSame = false
      }
      const isMoved = times.moveTo(time)
      if (times.minute !== minute) {
        minute = times.minute
        isSame = false
      }
      const most = before.length + head.length + MIDDLE_BYTES
      if (at + most > out.length) out = wider(out, most)
      const restAt = at + before.length + head.length + minute.length
      if (isSame) {
        out.copyWithin(at, joint, jointEnd)
        if (isMoved) times.writeMinute(out, restAt)
      } else {
        out.set(before, at)
        out.set(head, at + before.length)
        out.set(minute, restAt - minute.length)
      }
      at = times.writeRest(out, restAt, time)
      // The line before may have had microseconds, or none.
      if (!isSame || at + beforeValue.length - begin !== jointEnd - joint) out.set(beforeValue, at)
      at += beforeValue.length
      joint = begin
      jointEnd = at
      jointTail = before
      at =
        value - value === 0 ? this.#numbers.write(out, at, value) : append(out, at, this.#noValue)
      if (qualities[row] !== bits) {
        bits = qualities[row] as number
        tail = this.#tails.of(bits)
      }
    }
    if (at + tail.length > out.length) out = wider(out, tail.length)
    return out.subarray(0, append(out, at, tail))
  }
}

/** Of a line, on average; where it is more the room is doubled. */
const LINE_BYTES = 128
const NOTHING = new Uint8Array(0)

/** For short texts, where calling `set` takes longer. */
function append(out: Uint8Array, at: number, text: Uint8Array): number {
  for (let index = 0; index < text.length; index++) out[at + index] = text[index] as number
  return at + text.length
}

function wider(out: Uint8Array<ArrayBuffer>, more: number): Uint8Array<ArrayBuffer> {
  const twice = new Uint8Array(out.length * 2 + more)
  twice.set(out)
  return twice
}

/** The names of each point, escaped once. */
class Heads {
  readonly #namesOf: NamesOf
  readonly #format: Layout['head']
  readonly #texts = new Map<number, Uint8Array>()

  constructor(namesOf: NamesOf, format: Layout['head']) {
    this.#namesOf = namesOf
    this.#format = format
  }

  of(point: number): Uint8Array {
    const known = this.#texts.get(point)
    if (known !== undefined) return known
    const names = this.#namesOf(point)
    assert(names !== undefined, 'a point has a name before it has a reading')
    const text = Buffer.from(this.#format(names))
    if (this.#texts.size >= limits.httpNamesKept) this.#texts.clear()
    this.#texts.set(point, text)
    return text
  }
}

/** 16 bits: at most 65,536 texts, in practice a handful. */
class Tails {
  readonly #format: Layout['tail']
  readonly #texts = new Map<number, Uint8Array>()

  constructor(format: Layout['tail']) {
    this.#format = format
  }

  of(bits: number): Uint8Array {
    let text = this.#texts.get(bits)
    if (text === undefined) {
      text = Buffer.from(this.#format(formatQuality(bits)))
      this.#texts.set(bits, text)
    }
    return text
  }
}
