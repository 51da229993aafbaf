import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtobufReader } from '../../core/protobuf-reader.ts'
import { crc32c } from './crc32c.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import type { MatcherKind } from './read-request.ts'
import { snappyBlock, snappyPreamble, snappyUncompress } from './snappy.ts'
import { encodeXorChunk } from './xor-chunk.ts'

export interface AskedQuery {
  readonly startMs: number
  readonly endMs: number
  readonly matchers: readonly (readonly [name: string, kind: MatcherKind, value: string])[]
}

/** `value` is undefined for a stale marker. */
export type ReadSample = readonly [timeMs: number, value: number | undefined]

export interface ReadSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly ReadSample[]
}

export interface ReadChunk {
  readonly firstMs: number
  readonly lastMs: number
  readonly data: Uint8Array
}

const KINDS: readonly MatcherKind[] = ['=', '!=', '=~', '!~']

/** A ReadRequest as Prometheus writes it; `types` are the response types it takes, best first. */
export function requestBody(queries: readonly AskedQuery[], types: readonly number[]): Uint8Array {
  const request = new ProtobufWriter(1024)
  for (const { startMs, endMs, matchers } of queries) {
    const query = new ProtobufWriter(1024)
    query.integer(1, startMs)
    query.integer(2, endMs)
    for (const [name, kind, value] of matchers) {
      const matcher = new ProtobufWriter(1024)
      matcher.integer(1, KINDS.indexOf(kind))
      putText(matcher, 2, name)
      putText(matcher, 3, value)
      put(query, 3, matcher.bytes)
    }
    put(request, 1, query.bytes)
  }
  if (types.length > 0) put(request, 2, Uint8Array.from(types))
  return compressed(request.bytes)
}

export function compressed(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [snappyPreamble(bytes.length)]
  for (let start = 0; start < bytes.length; start += 65_536) {
    blocks.push(snappyBlock(bytes.subarray(start, start + 65_536)))
  }
  return Buffer.concat(blocks)
}

export function postRead(
  address: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`http://${address}/api/v1/read`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-read-version': '0.1.0',
      ...headers,
    },
    body: Buffer.from(body),
  })
}

/** Asks for samples: the series of each query. */
export async function readSamples(
  address: string,
  queries: readonly AskedQuery[],
): Promise<ReadSeries[][]> {
  const response = await postRead(address, requestBody(queries, []))
  assert.equal(response.status, 200, await (response.ok ? '' : response.text()))
  assert.equal(response.headers.get('content-type'), 'application/x-protobuf')
  assert.equal(response.headers.get('content-encoding'), 'snappy')
  const bytes = new Uint8Array(await response.arrayBuffer())
  return fieldsOf(snappyUncompress(bytes, 2 ** 30), 1).map((result) =>
    fieldsOf(result, 1).map((series) => ({
      labels: labelsIn(series),
      samples: fieldsOf(series, 2).map(sampleIn),
    })),
  )
}

/** Asks for streamed chunks first, as Thanos and newer Prometheus do. */
export async function readChunks(
  address: string,
  queries: readonly AskedQuery[],
): Promise<{ query: number; labels: Record<string, string>; chunks: ReadChunk[] }[]> {
  const response = await postRead(address, requestBody(queries, [1, 0]))
  assert.equal(response.status, 200, await (response.ok ? '' : response.text()))
  assert.equal(
    response.headers.get('content-type'),
    'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse',
  )
  return framesIn(new Uint8Array(await response.arrayBuffer())).flatMap((message) => {
    const query = integersIn(message, 2)[0] ?? 0
    return fieldsOf(message, 1).map((series) => ({
      query,
      labels: labelsIn(series),
      chunks: fieldsOf(series, 2).map(chunkIn),
    }))
  })
}

/** The samples of all frames of a series put together. */
export async function readChunkedSamples(
  address: string,
  query: AskedQuery,
): Promise<ReadSeries[]> {
  const all = new Map<string, { labels: Record<string, string>; samples: ReadSample[] }>()
  for (const { labels, chunks } of await readChunks(address, [query])) {
    const key = JSON.stringify(labels)
    const series = all.get(key) ?? { labels, samples: [] }
    all.set(key, series)
    for (const { data } of chunks) series.samples.push(...decodeXorChunk(data))
  }
  return [...all.values()]
}

function put(writer: ProtobufWriter, field: number, bytes: Uint8Array): void {
  writer.delimited(field, bytes.length)
  writer.put(bytes)
}

function putText(writer: ProtobufWriter, field: number, text: string): void {
  put(writer, field, Buffer.from(text))
}

function fieldsOf(bytes: Uint8Array, field: number): Uint8Array[] {
  const found: Uint8Array[] = []
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === field) found.push(reader.bytes())
    else reader.skip()
  }
  assert.ok(!reader.isBroken)
  return found
}

function integersIn(bytes: Uint8Array, field: number): number[] {
  const found: number[] = []
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === field) found.push(reader.signed())
    else reader.skip()
  }
  return found
}

function labelsIn(series: Uint8Array): Record<string, string> {
  const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString()
  return Object.fromEntries(
    fieldsOf(series, 1).map((label) => [text(fieldsOf(label, 1)[0]), text(fieldsOf(label, 2)[0])]),
  )
}

function sampleIn(bytes: Uint8Array): ReadSample {
  const reader = new ProtobufReader(bytes)
  let value = 0
  while (reader.next()) {
    if (reader.field === 1) value = reader.double()
    else reader.skip()
  }
  return [integersIn(bytes, 2)[0] ?? 0, Number.isNaN(value) ? undefined : value]
}

function chunkIn(bytes: Uint8Array): ReadChunk {
  const [firstMs = 0] = integersIn(bytes, 1)
  const [lastMs = 0] = integersIn(bytes, 2)
  assert.deepEqual(integersIn(bytes, 3), [1])
  return { firstMs, lastMs, data: fieldsOf(bytes, 4)[0] ?? new Uint8Array() }
}

function framesIn(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number
      length += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    const sum = Buffer.from(bytes).readUInt32BE(at)
    const frame = bytes.subarray(at + 4, at + 4 + length)
    assert.equal(frame.length, length)
    assert.equal(crc32c(frame), sum)
    frames.push(frame)
    at += 4 + length
  }
  return frames
}

/** Written after the description of the format and not after our encoder: bits as text, numbers as BigInt. */
export function decodeXorChunk(data: Uint8Array): ReadSample[] {
  const bits = Array.from(data, (byte) => byte.toString(2).padStart(8, '0')).join('')
  let at = 0
  const unsigned = (count: number): bigint => {
    const text = bits.slice(at, (at += count))
    assert.equal(text.length, count)
    return count === 0 ? 0n : BigInt(`0b${text}`)
  }
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = unsigned(8)
      value |= (byte & 0x7fn) << shift
      if (byte < 0x80n) return value
    }
  }
  const ones = (most: number): number => {
    let count = 0
    while (count < most && unsigned(1) === 1n) count++
    return count
  }
  const deltaOfDelta = (): bigint => {
    const count = [0, 14, 17, 20, 64][ones(4)] as number
    const value = unsigned(count)
    return value > 1n << BigInt(Math.max(count - 1, 0)) ? value - (1n << BigInt(count)) : value
  }
  const count = Number(unsigned(16))
  const samples: ReadSample[] = []
  let [time, delta, value, leading, significant] = [0n, 0n, 0n, 0n, 0n]
  for (let sample = 0; sample < count; sample++) {
    if (sample === 0) {
      const zigzag = varint()
      time = (zigzag >> 1n) ^ -(zigzag & 1n)
      value = unsigned(64)
    } else {
      delta = sample === 1 ? varint() : delta + deltaOfDelta()
      time += delta
      if (unsigned(1) === 1n) {
        if (unsigned(1) === 1n) {
          leading = unsigned(5)
          significant = unsigned(6) || 64n
        }
        value ^= unsigned(Number(significant)) << (64n - leading - significant)
      }
    }
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(value)
    const isStale = value === 0x7ff0000000000002n
    samples.push([Number(time), isStale ? undefined : bytes.readDoubleBE()])
  }
  return samples
}

test('a chunk that somebody else has written', () => {
  // Two samples: 1000 ms, 1.5; 2000 ms, 1.5.
  const data = Buffer.from('0002d00f3ff8000000000000e80700', 'hex')
  assert.deepEqual(decodeXorChunk(data), [
    [1000, 1.5],
    [2000, 1.5],
  ])
  assert.deepEqual(Buffer.from(encodeXorChunk([1000, 2000], [1.5, 1.5])), data)
})
