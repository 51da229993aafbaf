import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connectAsync } from 'mqtt'
import {
  decodeXorChunk,
  readChunkedSamples,
  readChunks,
  readSamples,
} from '../src/api/prometheus/read-client.test.ts'
import { familyOf } from '../src/api/prometheus/series-labels.ts'
import { encodeXorChunk } from '../src/api/prometheus/xor-chunk.ts'
import { formatAddress } from '../src/core/address.ts'
import { quantities, quantityOf } from '../src/core/quantities.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { readingsOf } from './payloads/readings.ts'
import { fencesOf, readPage, tableOf } from './docs/pages.ts'
import { type Answer, Prometheus, missing } from './prometheus/prometheus.ts'

const skip = missing()
const MAIN = join(import.meta.dirname, '../src/cli/main.ts')
const PAGE = readPage('docs/prometheus.md')
/** Long over, so that Prometheus has nothing of its own for it. */
const START_MS = Date.UTC(2026, 0, 31, 12)
const COUNT = 600

let edge: TestedEdge
let address: string
let prometheus: Prometheus

/** What the page tells people to write, with the address of this run. */
function pageConfig(): string {
  const [config] = fencesOf(PAGE).filter(({ language }) => language === 'yaml')
  return (config?.text ?? '').replaceAll('127.0.0.1:8080', address)
}

before(async () => {
  if (skip !== false) return
  edge = await TestedEdge.start()
  address = formatAddress(edge.http)
  await publish()
  prometheus = await Prometheus.start(pageConfig())
})
after(async () => {
  if (skip !== false) return
  await prometheus[Symbol.asyncDispose]()
  await edge[Symbol.asyncDispose]()
})

/** Two meters, a reading a second; the voltage of m2 is invalid from the 300th on. */
async function publish(): Promise<void> {
  const client = await connectAsync(edge.url, { protocolVersion: 5 })
  for (const device of ['m1', 'm2']) {
    const messages = Array.from({ length: COUNT }, (_, at) => ({
      ts: START_MS + at * 1000,
      values: { 'voltage.a': 230 + at / 10, 'power.active': Math.round(1000 * Math.sin(at)) },
      ...(device === 'm2' && at >= 300 ? { quality: { 'voltage.a': 'invalid' } } : {}),
    }))
    await Promise.all(
      messages.map((message) =>
        client.publishAsync(`grid/${device}/readings`, JSON.stringify(message), { qos: 1 }),
      ),
    )
  }
  await client.endAsync()
  await readingsOf(edge, 'm2', 1000)
}

interface Row {
  readonly time: string
  readonly value: number
}

/** What `busbar query` says of a point. */
function queried(device: string, quantity: string): Row[] {
  const point = ['--device', device, '--quantity', quantity]
  const day = ['--from', '2026-01-31T00:00:00Z', '--to', '2026-02-01T00:00:00Z']
  const words = ['query', '--url', address, ...point, ...day, '--format', 'json']
  const { stdout } = spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' })
  return (JSON.parse(stdout) as { readings: Row[] }).readings
}

async function range(query: string, step = '1s'): Promise<NonNullable<Answer['data']>['result']> {
  const answer = await prometheus.query({
    query,
    start: String(START_MS / 1000),
    end: String(START_MS / 1000 + COUNT - 1),
    step,
  })
  assert.deepEqual(
    [answer.status, answer.error, answer.warnings],
    ['success', undefined, undefined],
  )
  return answer.data?.result ?? []
}

describe('a stock Prometheus answers from local history', { skip }, () => {
  test('second by second what busbar query says', async () => {
    const found = await range('grid_voltage{device="m1",phase="a"}')
    assert.equal(found.length, 1)
    assert.deepEqual(found[0]?.metric, {
      __name__: 'grid_voltage',
      device: 'm1',
      phase: 'a',
      quantity: 'voltage.a',
      site: 'open',
      unit: 'V',
    })
    const rows = queried('m1', 'voltage.a')
    assert.equal(rows.length, COUNT)
    assert.deepEqual(
      found[0]?.values?.map(([time, value]) => [time * 1000, Number(value)]),
      rows.map(({ time, value }) => [Date.parse(time), value]),
    )
  })

  test('what is computed of it agrees', async () => {
    const rows = queried('m1', 'power.active').map(({ value }) => value)
    const [mean] = await range('avg_over_time(grid_power_active{device="m1"}[10s])', '1m')
    for (const [time, value] of mean?.values?.slice(1) ?? []) {
      const end = time - START_MS / 1000
      const window = rows.slice(end - 10, end + 1)
      const expected = window.reduce((sum, each) => sum + each, 0) / window.length
      assert.ok(Math.abs(Number(value) - expected) < 1e-9, `${value} is not ${expected}`)
    }
    const [sum] = await range('sum(grid_power_active{device=~"m[12]",phase=""})', '10s')
    assert.deepEqual(
      sum?.values?.map(([, value]) => Number(value)),
      rows.filter((_, at) => at % 10 === 0).map((value) => 2 * value),
    )
  })

  test('an invalid reading ends the line at once', async () => {
    const [found] = await range('grid_voltage{device="m2"}')
    assert.equal(found?.values?.length, 300)
  })

  test('takes the queries of the page', async () => {
    for (const [, query = ''] of tableOf(PAGE, 'to see')) {
      const { status, error, warnings } = await prometheus.query({
        query,
        time: String(START_MS / 1000),
      })
      assert.deepEqual([status, error, warnings], ['success', undefined, undefined], query)
    }
  })

  test('a regular expression that cannot be served says why', async () => {
    const answer = await prometheus.query({
      query: 'grid_voltage{device=~"(?i)M1"}',
      time: String(START_MS / 1000),
    })
    assert.match(JSON.stringify(answer), /pattern .*\(\?/)
  })
})

describe('both kinds of answer', { skip }, () => {
  test('hold the same samples', async () => {
    const ask = {
      startMs: START_MS,
      endMs: START_MS + COUNT * 1000,
      matchers: [['__name__', '=~', 'grid_.+']],
    } as const
    const [samples = []] = await readSamples(address, [ask])
    assert.equal(samples.length, 4)
    assert.equal(samples[0]?.samples.length, COUNT)
    assert.deepEqual(await readChunkedSamples(address, ask), samples)
  })

  test('chunks are byte for byte those that Prometheus makes of the same samples', async () => {
    const values = Array.from({ length: 500 }, (_, at) =>
      at % 50 < 10 ? 230.5 : Math.round(2300 + 100 * Math.sin(at * at)) / 10,
    )
    // Steady, jittering, and with gaps of every width that the format knows.
    const gaps = (at: number): number =>
      at < 200 ? 1000 : at < 400 ? 900 + ((at * 37) % 200) : 1 + ((at * 7919) % 97) ** 2.5
    let time = START_MS
    const times = values.map((_, at) => (time += Math.round(gaps(at))))
    const text = times.map((ms, at) => `x{a="1"} ${values[at]} ${ms / 1000}`).join('\n')
    const openMetrics = `# TYPE x gauge\n${text}\n# EOF\n`
    await using other = await Prometheus.start('{}', openMetrics)
    const ask = { startMs: 0, endMs: 2 ** 50, matchers: [['__name__', '=', 'x']] } as const
    const found = await readChunks(other.address, [ask])
    const chunks = found.flatMap((frame) => frame.chunks)
    assert.ok(chunks.length >= 5)
    const all = chunks.flatMap(({ data }) => decodeXorChunk(data))
    assert.deepEqual(
      all,
      times.map((ms, at) => [ms, values[at]]),
    )
    for (const { data } of chunks) {
      const samples = decodeXorChunk(data)
      const ours = encodeXorChunk(
        samples.map(([ms]) => ms),
        samples.map(([, value]) => value ?? Number.NaN),
      )
      assert.ok(Buffer.from(ours).equals(data))
    }
  })
})

test('the table of the page is the rule of the code', () => {
  const told = new Set<string>()
  for (const [names = '', metric, phases = '', orders, unit] of tableOf(PAGE, 'quantity')) {
    const found = names.split(', ').map((name) => ({ name, ...familyOf(name) }))
    for (const { name } of found) {
      assert.equal(quantityOf(name)?.unit, unit, name)
      told.add(name)
    }
    assert.deepEqual(new Set(found.map((each) => each.metric)), new Set([metric]))
    const listed = phases.split(', ').map((phase) => (phase.startsWith('none') ? '' : phase))
    assert.deepEqual(
      found.map(({ phase }) => phase),
      listed,
      names,
    )
    assert.equal(found[0]?.order === '', orders === '', names)
  }
  for (const { name } of quantities) assert.ok(told.has(name), name)
})
