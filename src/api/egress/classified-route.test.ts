import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fastify } from 'fastify'
import { Served, EVEN } from '../memory-edge.test.ts'
import type { ResultInfo } from '../ports.ts'
import type { Cleared, Leaving, Passage } from './border.ts'
import { refuseUnclassified } from './classified-route.ts'

/** Decides by class as the shipped rules do, and takes away what is called so. */
class Rules implements Passage {
  readonly asked: Leaving[] = []
  readonly #taken: readonly string[]

  constructor(...taken: string[]) {
    this.#taken = taken
  }

  async clear(records: readonly Leaving[]): Promise<readonly Cleared[]> {
    this.asked.push(...records)
    return records.map((record) => this.#decide(record))
  }

  #decide({ class: recordClass, windowSeconds, members, names }: Leaving): Cleared {
    const isNarrow = recordClass === 'aggregate' && (windowSeconds < 900 || members < 5)
    if (isNarrow) return { kind: 'stays', reason: 'it is narrow' }
    if (recordClass === 'raw') return { kind: 'stays', reason: 'raw readings never leave' }
    if (recordClass === 'inventory') return { kind: 'stays', reason: 'nobody needs it' }
    return { kind: 'leaves', names: new Set(names.filter((name) => !this.#taken.includes(name))) }
  }
}

const RAW = ['readings', 'latest', 'derived', 'readings?step=1h&aggregate=mean', 'read']
const INVENTORY = ['points', 'ledger', 'sessions']

const found: ResultInfo = {
  kind: 'aggregate',
  processor: 'aggregation',
  name: 'power.active',
  subject: { kind: 'feeder', id: 'f1' },
  key: 0,
  time: 0,
  end: 900_000_000,
  value: 231.5,
  quality: 0,
  revision: 0,
  severity: 0,
  state: undefined,
  fields: { members: 5, owner: 'somebody' },
}

describe('to somebody outside', () => {
  test('raw and inventory are refused before anything is read, and the reason is named', async () => {
    await using served = await Served.start(new Rules())
    served.edge.source = async function* () {
      yield EVEN
    }
    for (const path of [...RAW, ...INVENTORY]) {
      const method = path === 'read' ? 'POST' : 'GET'
      const body = await served.problem(`/api/v1/${path}`, { method })
      const why = RAW.includes(path) ? 'raw readings never leave' : 'nobody needs it'
      assert.deepEqual([body['status'], body['code']], [403, 'stays'], path)
      assert.equal(body['detail'], `It stays: ${why}.`)
    }
    assert.equal((await served.get('/api/v1/readings', { method: 'HEAD' })).status, 403)
    assert.deepEqual(
      [served.edge.asked, served.edge.latestAsked, served.edge.handedOut],
      [[], [], 0],
    )
  })

  test('health leaves as a whole or not at all', async () => {
    await using served = await Served.start(new Rules())
    for (const path of ['/healthz', '/metrics', '/api/v1/processors', '/api/v1/clock']) {
      assert.equal((await served.get(path)).status, 200, path)
    }
    await using narrow = await Served.start(new Rules('problems'))
    const body = await narrow.problem('/healthz')
    assert.equal(body['detail'], 'It stays: problems would have to be taken out of it.')
  })

  test('of a list each record is asked for, fields are taken away, and what stays is counted', async () => {
    const rules = new Rules('fields.owner')
    await using served = await Served.start(rules)
    const device = { ...found, subject: { kind: 'device', id: 'm1' }, fields: { members: 99 } }
    served.edge.resultList = [found, device, { ...found, end: 60_000_000 }]
    const answer = (await (await served.get('/api/v1/aggregates')).json()) as {
      aggregates: readonly { readonly fields: object }[]
      stayed: object
    }
    assert.equal(answer.aggregates.length, 1)
    assert.deepEqual(answer.aggregates[0]?.fields, { members: 5 })
    assert.deepEqual(answer.stayed, { 'it is narrow': 2 })
    assert.deepEqual(
      rules.asked.map(({ kind, windowSeconds, members }) => [kind, windowSeconds, members]),
      [
        ['power.active/900', 900, 5],
        ['power.active/900', 900, 1],
        ['power.active/60', 60, 5],
      ],
    )
    assert.ok(rules.asked[0]?.names.includes('kind') && !rules.asked[0].names.includes('name'))
  })

  test('what an event has measured asks to leave as a reading', async () => {
    const rules = new Rules()
    await using served = await Served.start(rules)
    const fields = { depth: 0.4713, duration: 0.2 }
    const event = { kind: 'event', name: 'voltage.dip', fields, state: 'end' } as const
    const device = { ...found, ...event, subject: { kind: 'device', id: 'm1' } }
    served.edge.resultList = [device, { ...found, ...event }]
    const answer = (await (await served.get('/api/v1/events')).json()) as {
      events: readonly Record<string, unknown>[]
      stayed: object
    }
    assert.equal(
      Object.keys(answer.events[0] ?? {}).join(' '),
      'subject subjectKind name processor key start end state severity quality revision fields',
    )
    assert.deepEqual(answer.events[0]?.['fields'], { duration: 0.2 })
    assert.deepEqual(answer.events[1]?.['fields'], fields, 'a feeder is no customer')
    assert.deepEqual(answer.stayed, { 'raw readings never leave': 1 })
    assert.deepEqual(
      rules.asked.map(({ class: name, names }) => [name, names.length]),
      [
        ['event', 12],
        ['raw', 2],
        ['event', 14],
      ],
    )
  })

  test('what people wrote about alarms and commands is called free text', async () => {
    const rules = new Rules()
    await using served = await Served.start(rules)
    assert.equal((await served.get('/api/v1/alarms/steps')).status, 200)
    assert.deepEqual(rules.asked[0]?.names.toSorted(), [
      'alarm',
      'detail.free_text',
      'kind',
      'subject',
      'time',
      'user',
      'what',
    ])
    const all = (await (await served.get('/api/v1/alarms')).json()) as object
    assert.deepEqual(all, { alarms: [{ id: 1 }, { id: 2 }], stayed: {} })
    assert.deepEqual(await (await served.get('/api/v1/alarms/2')).json(), { id: 2 })
  })

  test('nothing is done from outside', async () => {
    await using served = await Served.start(new Rules())
    const headers = { 'content-type': 'application/json', 'x-busbar-request': '1' }
    const init = { method: 'POST', headers, body: '{"who":"ana"}' }
    const body = await served.problem('/api/v1/alarms/1/acknowledge', init)
    assert.equal(body['status'], 403)
    assert.deepEqual(served.edge.alarmActions, [])
  })
})

test('a route without a class does not start', () => {
  const app = fastify()
  refuseUnclassified(app)
  assert.throws(() => app.get('/x', () => 'x'), /a route has the class/)
})
