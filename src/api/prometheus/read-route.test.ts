import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { limits } from '../../core/limits.ts'
import { Served, chunkOf, NOW } from '../memory-edge.test.ts'
import type { PointInfo, ReadingsChunk } from '../ports.ts'
import {
  type AskedQuery,
  compressed,
  postRead,
  readChunkedSamples,
  readChunks,
  readSamples,
  requestBody,
} from './read-client.test.ts'

const MS = NOW / 1000
const POINTS: PointInfo[] = [
  { point: 0, device: 'm2', quantity: 'voltage.a', unit: 'V', modelled: true },
  { point: 1, device: 'm1', quantity: 'voltage.a', unit: 'V', modelled: true },
  { point: 2, device: 'm1', quantity: 'power.active', unit: 'W', modelled: true },
  { point: 3, device: 'm1', quantity: 'harmonic.voltage.b.3', unit: '%', modelled: true },
]

function ask(...matchers: AskedQuery['matchers']): AskedQuery {
  return { startMs: MS, endMs: MS + 60_000, matchers }
}

async function serve(...chunks: readonly ReadingsChunk[]): Promise<Served> {
  const served = await Served.start()
  served.edge.list = POINTS
  served.edge.source = async function* () {
    yield* chunks
  }
  return served
}

function addressOf({ api }: Served): string {
  return `127.0.0.1:${api.address.port}`
}

/** One reading of every point at NOW, the value is the point's number. */
const EACH = chunkOf(POINTS.map(({ point }) => [point, NOW, point, 0]))

async function valuesOf(served: Served, ...matchers: AskedQuery['matchers']): Promise<unknown[]> {
  const [series = []] = await readSamples(addressOf(served), [ask(...matchers)])
  return series.map(({ samples }) => samples[0]?.[1])
}

describe('POST /api/v1/read', () => {
  test('series with their labels, sorted', async () => {
    await using served = await serve(EACH)
    const [series = []] = await readSamples(addressOf(served), [ask()])
    assert.deepEqual(series, [
      {
        labels: {
          __name__: 'grid_harmonic_voltage',
          device: 'm1',
          order: '3',
          phase: 'b',
          quantity: 'harmonic.voltage.b.3',
          site: 's1',
          unit: '%',
        },
        samples: [[MS, 3]],
      },
      {
        labels: {
          __name__: 'grid_power_active',
          device: 'm1',
          quantity: 'power.active',
          site: 's1',
          unit: 'W',
        },
        samples: [[MS, 2]],
      },
      ...['m1', 'm2'].map((device) => ({
        labels: {
          __name__: 'grid_voltage',
          device,
          phase: 'a',
          quantity: 'voltage.a',
          site: 's1',
          unit: 'V',
        },
        samples: [[MS, device === 'm1' ? 1 : 0]],
      })),
    ])
  })

  test('matchers of all four kinds; a label that is not there is empty', async () => {
    await using served = await serve(EACH)
    assert.deepEqual(await valuesOf(served, ['__name__', '=', 'grid_voltage']), [1, 0])
    assert.deepEqual(await valuesOf(served, ['device', '!=', 'm1']), [0])
    assert.deepEqual(
      await valuesOf(served, ['quantity', '=~', '.*\\.a(ctive)?'], ['device', '=', 'm1']),
      [2, 1],
    )
    assert.deepEqual(await valuesOf(served, ['__name__', '!~', 'grid_(power|volt).*']), [3])
    assert.deepEqual(await valuesOf(served, ['phase', '=', '']), [2])
    assert.deepEqual(await valuesOf(served, ['order', '!=', '']), [3])
    assert.deepEqual(await valuesOf(served, ['job', '=', 'x']), [])
    assert.deepEqual(await valuesOf(served, ['site', '=', 's1'], ['unit', '=', 'W']), [2])
  })

  test('only what may be needed is asked of the store, the last millisecond included', async () => {
    await using served = await serve(EACH)
    await valuesOf(served, ['device', '=', 'm1'], ['phase', '=', 'a'])
    await valuesOf(served, ['__name__', '=', 'grid_voltage'])
    await valuesOf(served, ['device', '=', 'nobody'])
    const range = { from: NOW, to: NOW + 60_001_000 }
    assert.deepEqual(served.edge.asked, [
      { ...range, device: 'm1', quantity: 'voltage.a' },
      { ...range, device: undefined, quantity: 'voltage.a' },
    ])
    const all = { startMs: -(2 ** 53), endMs: 2 ** 53 }
    await readSamples(addressOf(served), [{ ...all, matchers: [] }])
    const { from, to } = served.edge.asked.at(-1) ?? {}
    assert.ok(Number.isSafeInteger(from) && Number.isSafeInteger(to))
  })

  test('what cannot be ours is answered without a look', async () => {
    await using served = await serve(EACH)
    served.edge.points = () => assert.fail('nobody has to look')
    assert.deepEqual(await valuesOf(served, ['__name__', '=', 'up']), [])
    assert.deepEqual(await valuesOf(served, ['job', '=', 'node'], ['__name__', '=~', '.+']), [])
  })

  test('the last reading in a millisecond counts; what is no value is a stale marker', async () => {
    await using served = await serve(
      chunkOf([
        [1, NOW, 1, 0],
        [1, NOW + 500, 2, 0],
      ]),
      chunkOf([
        [1, NOW + 999, 3, 0],
        [1, NOW + 1000, 4, 0b11],
        [1, NOW + 2000, 5, 0b01],
        [1, NOW + 3000, Number.NaN, 0],
        [1, NOW + 4000, 0, 0],
      ]),
    )
    const samples = [
      [MS, 3],
      [MS + 1, 4],
      [MS + 2, undefined],
      [MS + 3, undefined],
      [MS + 4, 0],
    ]
    const query = ask(['device', '=', 'm1'])
    const [[series] = []] = await readSamples(addressOf(served), [query])
    assert.deepEqual(series?.samples, samples)
    const [chunked] = await readChunkedSamples(addressOf(served), query)
    assert.deepEqual(chunked, series)
  })

  test('100,000 samples, as samples and as chunks of at most 120', async () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, at) => [at % 4, NOW + at * 1000, at / 7, 0] as const,
    )
    await using served = await serve(chunkOf(rows))
    const [series = []] = await readSamples(addressOf(served), [ask()])
    assert.equal(series.length, 4)
    const voltage = series[3]?.samples ?? []
    assert.deepEqual(
      voltage,
      rows.filter(([point]) => point === 0).map(([, time, value]) => [time / 1000, value]),
    )
    assert.deepEqual(await readChunkedSamples(addressOf(served), ask()), series)
    const frames = await readChunks(addressOf(served), [ask(), ask(['device', '=', 'm2'])])
    assert.deepEqual([...new Set(frames.map(({ query }) => query))], [0, 1])
    for (const { chunks } of frames) {
      for (const { firstMs, lastMs } of chunks) assert.ok(firstMs <= lastMs)
    }
  })

  test('a request is checked', async () => {
    await using served = await serve()
    const address = addressOf(served)
    const refusal = async (body: Uint8Array, headers = {}): Promise<string> => {
      const response = await postRead(address, body, headers)
      const { status, detail } = (await response.json()) as Record<string, unknown>
      assert.equal(response.status, status)
      return `${String(status)} ${String(detail)}`
    }
    const good = requestBody([ask()], [])
    assert.match(await refusal(good, { 'content-encoding': 'gzip' }), /^400 .*Snappy/)
    assert.match(await refusal(good, { 'content-type': 'application/json' }), /^415 /)
    assert.match(await refusal(Buffer.from('hello')), /^400 .*Snappy/)
    assert.match(await refusal(compressed(Buffer.from('hello'))), /^400 .*ReadRequest/)
    assert.match(await refusal(requestBody([ask()], [7])), /^400 no response type/)
    assert.match(await refusal(requestBody([ask(['a', '=~', '('])], [])), /^400 pattern \(/)
    const many = Array.from({ length: limits.remoteReadQueries + 1 }, () => ask())
    assert.match(await refusal(requestBody(many, [])), /^400 more than 16 queries/)
    const matchers = Array.from(
      { length: limits.remoteReadMatchers + 1 },
      () => ['a', '=', ''] as const,
    )
    assert.match(await refusal(requestBody([ask(...matchers)], [])), /^400 more than 64 matchers/)
    const long = compressed(Buffer.alloc(limits.remoteReadRequestBytes + 1))
    assert.match(await refusal(long), /^400 more than 262144 bytes/)
    assert.match(await refusal(Buffer.alloc(limits.httpBodyBytes + 1)), /^413 /)
    assert.equal((await postRead(address, requestBody([], []))).status, 200)
  })

  test('series and samples are bounded', async () => {
    await using served = await serve()
    const [first] = POINTS as [PointInfo]
    served.edge.list = Array.from({ length: limits.remoteReadSeries + 1 }, (_, point) => ({
      ...first,
      point,
    }))
    const body = requestBody([ask()], [])
    const refused = await postRead(addressOf(served), body)
    assert.equal(refused.status, 400)
    assert.match(await refused.text(), /more than 10000 series/)
    served.edge.list = POINTS
    const count = 4096
    served.edge.source = async function* () {
      for (let start = 0; ; start += count) {
        yield chunkOf(
          Array.from({ length: count }, (_, at) => [0, NOW + (start + at) * 1000, 1, 0] as const),
        )
      }
    }
    const endless = await postRead(addressOf(served), body)
    assert.equal(endless.status, 400)
    assert.match(await endless.text(), /more than 2000000 samples/)
    assert.equal(served.edge.ended, 1)
  })

  test('the other methods are told which one there is', async () => {
    await using served = await serve()
    const response = await served.get('/api/v1/read')
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'POST, OPTIONS')
    assert.equal((await served.get('/api/v1/read', { method: 'OPTIONS' })).status, 204)
  })

  test('a few are answered at a time, the others wait, and one that goes away ends its query', async () => {
    await using served = await serve()
    const gates: (() => void)[] = []
    served.edge.source = async function* () {
      await new Promise<void>((resolve) => gates.push(resolve))
      yield EACH
    }
    const address = addressOf(served)
    const reads = Array.from({ length: 5 }, () => readSamples(address, [ask()]))
    for (let round = 1; round <= 5; round++) {
      while (gates.length === 0) await pause(5)
      assert.ok(gates.length <= limits.remoteReads)
      gates.shift()?.()
    }
    await Promise.all(reads)
    assert.equal(served.edge.ended, 5)
    const leaver = new AbortController()
    const left = fetch(`http://${address}/api/v1/read`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
      body: Buffer.from(requestBody([ask()], [])),
      signal: leaver.signal,
    }).catch(() => 'left')
    while (gates.length === 0) await pause(5)
    leaver.abort()
    assert.equal(await left, 'left')
    gates.shift()?.()
    while (served.edge.ended < 6) await pause(5)
    served.edge.source = async function* () {
      yield EACH
    }
    // Both places are free again.
    await Promise.all([valuesOf(served), valuesOf(served)])
    assert.deepEqual(served.edge.reported, [])
  })
})
