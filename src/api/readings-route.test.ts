import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { GridError } from '../core/errors.ts'
import { quality } from '../core/quality.ts'
import { formatTime } from '../core/time.ts'
import { EVEN, NOW, Served, chunkOf } from './memory-edge.test.ts'
import type { ReadingsChunk, ReadingsQuery } from './ports.ts'

const ROWS = [
  [0, NOW, 231.25, 0],
  [1, NOW + 1, Number.NaN, quality.invalid | quality.test],
  [0, NOW + 1_000_000, -0.5e-9, 0],
] as const

describe('readings', () => {
  test('as JSON, one a line', async () => {
    await using served = await Served.start()
    served.edge.source = async function* () {
      yield chunkOf(ROWS.slice(0, 1))
      yield chunkOf([], 2)
      yield chunkOf(ROWS.slice(1))
    }
    const response = await served.get('/api/v1/readings')
    assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
    const text = await response.text()
    assert.equal(text.split('\n').length, 6)
    assert.deepEqual(JSON.parse(text), {
      readings: [
        {
          device: 'm1',
          quantity: 'voltage.a',
          time: '2026-01-31T12:00:00.000Z',
          value: 231.25,
          quality: 'good',
        },
        {
          device: 'say "x", y',
          quantity: 'öl',
          time: '2026-01-31T12:00:00.000001Z',
          value: null,
          quality: 'invalid,test',
        },
        {
          device: 'm1',
          quantity: 'voltage.a',
          time: '2026-01-31T12:00:01.000Z',
          value: -5e-10,
          quality: 'good',
        },
      ],
      damagedRows: 2,
    })
  })

  test('as CSV, asked for by Accept or by format', async () => {
    await using served = await Served.start()
    served.edge.source = async function* () {
      yield chunkOf(ROWS)
    }
    const expected = [
      'device,quantity,time,value,quality',
      'm1,voltage.a,2026-01-31T12:00:00.000Z,231.25,good',
      '"say ""x"", y",öl,2026-01-31T12:00:00.000001Z,,"invalid,test"',
      'm1,voltage.a,2026-01-31T12:00:01.000Z,-5e-10,good',
      '',
    ].join('\n')
    for (const [path, accept] of [
      ['/api/v1/readings', 'text/csv'],
      ['/api/v1/readings?format=csv', 'application/json'],
      ['/api/v1/readings', 'application/json;q=0.5, text/csv;q=0.9, */*;q=0.1'],
    ] as const) {
      const response = await served.get(path, { headers: { accept } })
      assert.match(response.headers.get('content-type') ?? '', /^text\/csv/)
      assert.equal(await response.text(), expected)
    }
    for (const accept of ['*/*', 'text/html, */*', 'text/csv;q=0.1, application/json']) {
      const response = await served.get('/api/v1/readings', { headers: { accept } })
      assert.deepEqual(Object.keys((await response.json()) as object), ['readings'])
    }
  })

  test('of nothing is an empty list', async () => {
    await using served = await Served.start()
    assert.deepEqual(await (await served.get('/api/v1/readings')).json(), { readings: [] })
  })

  test('the range is the last hour and a little ahead, unless it is given', async () => {
    await using served = await Served.start()
    const range = async (query: string): Promise<string[]> => {
      assert.equal((await served.get(`/api/v1/readings${query}`)).status, 200)
      const { from, to } = served.edge.asked.at(-1) as ReadingsQuery
      return [formatTime(from), formatTime(to)]
    }
    assert.deepEqual(await range(''), ['2026-01-31T11:00:05.000Z', '2026-01-31T12:00:05.000Z'])
    assert.deepEqual(await range('?from=-15m&to=1769860800000'), [
      '2026-01-31T11:45:00.000Z',
      '2026-01-31T12:00:00.000Z',
    ])
    assert.deepEqual(await range('?from=2026-01-31T12:00:00+08:00&to=2026-01-31T12:00:00Z'), [
      '2026-01-31T04:00:00.000Z',
      '2026-01-31T12:00:00.000Z',
    ])
    await served.get('/api/v1/readings?device=m%201&quantity=voltage.a')
    const { device, quantity } = served.edge.asked.at(-1) as ReadingsQuery
    assert.deepEqual([device, quantity], ['m 1', 'voltage.a'])
  })

  test('windows and qualities are passed on', async () => {
    await using served = await Served.start()
    await served.get('/api/v1/readings?step=15m&aggregate=max&quality=good')
    const { windows, goodOnly } = served.edge.asked.at(-1) as ReadingsQuery
    assert.deepEqual([windows, goodOnly], [{ step: 9e8, aggregate: 'max' }, true])
  })

  test('a limit ends the answer and the query', async () => {
    await using served = await Served.start()
    served.edge.source = async function* () {
      for (;;) yield EVEN
    }
    const { readings } = (await (await served.get('/api/v1/readings?limit=5000')).json()) as {
      readings: object[]
    }
    assert.equal(readings.length, 5000)
    assert.deepEqual([served.edge.handedOut, served.edge.ended], [2, 1])
  })

  test('a client that does not read stops the query, and one that goes away ends it', async () => {
    await using served = await Served.start()
    served.edge.source = async function* () {
      for (;;) yield EVEN
    }
    const socket = connect(served.api.address.port, '127.0.0.1')
    socket.pause()
    socket.write('GET /api/v1/readings HTTP/1.1\r\nHost: x\r\n\r\n')
    let handedOut = -1
    while (handedOut !== served.edge.handedOut || handedOut === 0) {
      handedOut = served.edge.handedOut
      await pause(100)
    }
    // What is out is what the kernel buffers for a local connection: megabytes, not all of an endless answer.
    assert.ok(handedOut < 100, `${handedOut} chunks`)
    assert.equal(served.edge.ended, 0)
    socket.destroy()
    while (served.edge.ended === 0) await pause(5)
    assert.deepEqual(served.edge.reported, [])
  })

  test('a client that goes away before the first reading ends the query', async () => {
    await using served = await Served.start()
    const gone = Promise.withResolvers<IteratorResult<ReadingsChunk, undefined>>()
    const started = Promise.withResolvers<void>()
    served.edge.readings = () =>
      ({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            started.resolve()
            return gone.promise
          },
          return: async () => {
            gone.resolve({ done: true, value: undefined })
            return gone.promise
          },
        }),
      }) as unknown as AsyncGenerator<ReadingsChunk>
    const controller = new AbortController()
    const answer = served.get('/api/v1/readings', { signal: controller.signal })
    await started.promise
    controller.abort()
    await assert.rejects(answer)
    await gone.promise
    assert.equal((await served.get('/healthz')).status, 200)
    assert.deepEqual(served.edge.reported, [])
  })

  test('that fail in the middle cut the connection, so that a part is not taken for the whole', async () => {
    await using served = await Served.start()
    served.edge.source = async function* () {
      yield EVEN
      throw new GridError('disk', 'gone')
    }
    const response = await served.get('/api/v1/readings')
    assert.equal(response.status, 200)
    await assert.rejects(response.text())
    assert.deepEqual(
      served.edge.reported.map((thrown) => (thrown as Error).message),
      ['gone'],
    )
  })

  test('too many queries are a 503 with a time to come back', async () => {
    await using served = await Served.start()
    served.edge.source = () => {
      throw new GridError('in-use', '8 queries are running already', { hint: 'Ask again.' })
    }
    const response = await served.get('/api/v1/readings')
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('retry-after'), '5')
    assert.deepEqual(await response.json(), {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: '8 queries are running already',
      code: 'in-use',
      hint: 'Ask again.',
    })
  })
})

describe('parameters', () => {
  const faults: readonly (readonly [query: string, detail: RegExp, hint?: RegExp])[] = [
    ['?devise=m1', /^devise: no such parameter$/, /^Is device meant\? Known are device, quantity/],
    ['?zzzzzz=1', /^zzzzzz: no such parameter$/, /^Known are/],
    ['?device=a&device=b', /^device: given more than once$/],
    ['?device=', /^device: is empty$/],
    ['?from=yesterday', /^from yesterday: not a time$/, /-15m/],
    ['?to=2026-02-30T00:00:00Z', /^to 2026-02-30T00:00:00Z: not a time$/],
    [
      '?from=2026-01-31T12:00:00Z&to=-1h',
      /^from 2026-01-31T12:00:00.000Z is not before to 2026-01-31T11:00:00.000Z$/,
    ],
    ['?limit=0', /^limit 0: a whole number from 1 on is needed$/],
    ['?limit=1e3', /^limit 1e3: /],
    ['?step=15', /^step 15: not a length of time$/, /15m/],
    ['?step=0m', /^step 0m: not a length of time$/],
    ['?step=367d', /^step 367d: longer than a year$/],
    ['?aggregate=mean', /^aggregate mean: of windows of which length\?$/],
    ['?step=1h&aggregate=median', /^aggregate median: no such aggregate$/, /Known are count, good/],
    ['?quality=bad', /^quality bad: good or all is needed$/],
    ['?format=xml', /^format xml: json or csv is needed$/],
  ]
  for (const [query, detail, hint] of faults) {
    test(`${query} is refused in words`, async () => {
      await using served = await Served.start()
      const body = await served.problem(`/api/v1/readings${query}`)
      assert.equal(body['status'], 400)
      assert.match(String(body['detail']), detail)
      if (hint !== undefined) assert.match(String(body['hint']), hint)
      assert.equal(served.edge.asked.length, 0)
    })
  }
})
