import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { parseQuality } from '../../core/quality.ts'
import { formatTime, parseTime } from '../../core/time.ts'
import {
  type ReadingsChunk,
  type ReadingsQuery,
  allocateChunk,
} from '../../store/reader/readings-query.ts'
import type { AuditQuery } from '../../store/reader/audit-list.ts'
import { askEdge, edgeUrl } from './edge-request.ts'
import type { AuditPage } from './audit-page.ts'
import type { LatestQuery, NamedPoint, QuerySource } from './source.ts'

interface ReadingLine {
  readonly device: string
  readonly quantity: string
  readonly time: string
  readonly value: number | null
  readonly quality: string
}

/**
 * Reads from a running edge over HTTP. Its lists come one item a line, so they are read as they arrive, and the last line tells
 * whether all of it did.
 */
export class EdgeSource implements QuerySource {
  readonly #url: string
  readonly #names: Pick<NamedPoint, 'device' | 'quantity'>[] = []
  readonly #numbers = new Map<string, number>()

  constructor(url: string) {
    this.#url = edgeUrl(url)
  }

  async *points(device: string | undefined): AsyncGenerator<NamedPoint> {
    const query = device === undefined ? '' : `?${String(new URLSearchParams({ device }))}`
    const lines = this.#lines(`/api/v1/points${query}`)
    for await (const { items } of lines) yield* items as readonly NamedPoint[]
  }

  async *readings(query: ReadingsQuery, limit: number): AsyncGenerator<ReadingsChunk> {
    const words = new URLSearchParams({ from: formatTime(query.from), to: formatTime(query.to) })
    if (query.device !== undefined) words.set('device', query.device)
    if (query.quantity !== undefined) words.set('quantity', query.quantity)
    if (limit !== Infinity) words.set('limit', String(limit))
    if (query.goodOnly === true) words.set('quality', 'good')
    if (query.windows !== undefined) {
      words.set('step', `${query.windows.step / 1_000_000}s`)
      if (query.windows.aggregate !== undefined) words.set('aggregate', query.windows.aggregate)
    }
    yield* this.#readings(`/api/v1/readings?${String(words)}`)
  }

  async *latest({ device, quantity }: LatestQuery): AsyncGenerator<ReadingsChunk> {
    const words = new URLSearchParams()
    if (device !== undefined) words.set('device', device)
    if (quantity !== undefined) words.set('quantity', quantity)
    yield* this.#readings(`/api/v1/latest?${String(words)}`)
  }

  async *#readings(path: string): AsyncGenerator<ReadingsChunk> {
    for await (const { items, end } of this.#lines(path)) {
      const damagedRows = Number(end?.['damagedRows'] ?? 0)
      yield this.#chunkOf(items as readonly ReadingLine[], damagedRows)
    }
  }

  /** The newest first, and how many are gone. */
  async audit(query: AuditQuery): Promise<AuditPage> {
    const words = new URLSearchParams({ limit: String(query.limit) })
    if (query.device !== undefined) words.set('device', query.device)
    const records: AuditPage['records'][number][] = []
    let dropped = 0
    for await (const { items, end } of this.#lines(`/api/v1/audit?${String(words)}`)) {
      records.push(...(items as AuditPage['records']))
      dropped = Number(end?.['dropped'] ?? 0)
    }
    return { records, dropped }
  }

  nameOf(point: number): Pick<NamedPoint, 'device' | 'quantity'> | undefined {
    return this.#names[point]
  }

  close(): void {}

  #chunkOf(readings: readonly ReadingLine[], damagedRows: number): ReadingsChunk {
    const chunk = allocateChunk(readings.length, damagedRows)
    for (const [row, { device, quantity, time, value, quality }] of readings.entries()) {
      chunk.points[row] = this.#pointOf(device, quantity)
      chunk.times[row] = parseTime(time) ?? Number.NaN
      chunk.values[row] = value ?? Number.NaN
      chunk.qualities[row] = parseQuality(quality) ?? 0
    }
    return chunk
  }

  /** Numbers of our own, for the edge does not tell its. */
  #pointOf(device: string, quantity: string): number {
    const key = `${device}\n${quantity}`
    let point = this.#numbers.get(key)
    if (point === undefined) {
      point = this.#names.push({ device, quantity }) - 1
      this.#numbers.set(key, point)
    }
    return point
  }

  async *#lines(path: string): AsyncGenerator<Page> {
    const response = await askEdge(`${this.#url}${path}`)
    const body = response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>()
    let text = ''
    let end: Page['end']
    try {
      for await (const piece of body.pipeThrough(new TextDecoderStream())) {
        text += piece
        const lines = text.split('\n')
        text = lines.pop() ?? ''
        const page = pageOf(lines)
        end = page.end
        for (let at = 0; at < page.items.length; at += limits.queryChunkReadings) {
          yield { items: page.items.slice(at, at + limits.queryChunkReadings), end: undefined }
        }
      }
    } catch (cause) {
      throw this.#brokenOff(cause)
    }
    if (end === undefined) throw this.#brokenOff(undefined)
    yield { items: [], end }
  }

  #brokenOff(cause: unknown): GridError {
    return new GridError('unreachable', `${this.#url} broke off its answer: it is not complete`, {
      hint: 'Was the edge stopped? Its log says more.',
      cause,
    })
  }
}

interface Page {
  readonly items: readonly unknown[]
  /** What stands beside the list, once that has come to its end. */
  readonly end: Readonly<Record<string, unknown>> | undefined
}

function pageOf(lines: readonly string[]): Page {
  const items: unknown[] = []
  let end: Page['end']
  for (const line of lines) {
    if (line.startsWith(']')) end = JSON.parse(`{"list":[${line}`) as Record<string, unknown>
    else if (!line.endsWith('['))
      items.push(JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line))
  }
  return { items, end }
}
