import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isDamaged } from '../history/damaged.ts'
import { SpanBody } from '../history/span-body.ts'
import type { OldSpan } from '../history/thinner.ts'
import type { ReadingsChunk } from '../reader/readings-query.ts'

/** The readings that go with a span, by point. One that another span has, too, does not go: it would count twice. */
export class GoingReadings {
  readonly #body: StatementSync
  readonly #others: StatementSync

  constructor(history: DatabaseSync) {
    this.#body = history.prepare('SELECT rows, body FROM spans WHERE number = ?')
    this.#others = history.prepare(
      `SELECT number FROM spans WHERE device = ? AND first_time <= ? AND last_time >= ?
       AND number NOT IN (SELECT value FROM json_each(?))`,
    )
  }

  /** `going`: this span and those before it. What is damaged cannot be kept; it counts as thinned. */
  read(
    { number, device, firstTime, lastTime }: OldSpan,
    going: readonly number[],
  ): ReadingsChunk[] {
    const others = this.#others.all(device, lastTime, firstTime, JSON.stringify(going))
    const bodies = others.map((other) => this.#open(other['number'] as number))
    const body = this.#open(number)
    const chunks: ReadingsChunk[] = []
    for (const point of body?.points ?? []) {
      let chunk = columnOf(body, point)
      for (const other of bodies) {
        if (chunk !== undefined) chunk = without(chunk, columnOf(other, point)?.times)
      }
      if (chunk !== undefined && chunk.times.length > 0) chunks.push(chunk)
    }
    return chunks
  }

  #open(number: number): SpanBody | undefined {
    const row = this.#body.get(number)
    return readable(() => new SpanBody(row?.['body'] as Uint8Array, row?.['rows'] as number))
  }
}

function columnOf(body: SpanBody | undefined, point: number): ReadingsChunk | undefined {
  return readable(() => {
    const column = body?.column(point)
    if (body === undefined || column === undefined) return undefined
    const { values, qualities, rows } = column
    const times =
      rows === undefined
        ? body.times.slice()
        : Float64Array.from(rows, (row) => body.times[row] as number)
    const points = new Uint32Array(values.length).fill(point)
    return { points, times, values, qualities, damagedRows: 0 }
  })
}

function without(chunk: ReadingsChunk, times: Float64Array | undefined): ReadingsChunk {
  const theirs = new Set(times)
  if (theirs.size === 0) return chunk
  const kept = Array.from(chunk.times.keys()).filter(
    (row) => !theirs.has(chunk.times[row] as number),
  )
  if (kept.length === chunk.times.length) return chunk
  return {
    points: chunk.points.slice(0, kept.length),
    times: Float64Array.from(kept, (row) => chunk.times[row] as number),
    values: Float64Array.from(kept, (row) => chunk.values[row] as number),
    qualities: Uint16Array.from(kept, (row) => chunk.qualities[row] as number),
    damagedRows: 0,
  }
}

function readable<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (thrown) {
    if (!isDamaged(thrown)) throw thrown
    return undefined
  }
}
