import assert from 'node:assert/strict'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { GridError } from '../core/errors.ts'
import { OPEN_ACCESS, EVEN, MemoryEdge, NOW, Served } from './memory-edge.test.ts'
import type { PointInfo } from './ports.ts'
import { type Api, startApi } from './server.ts'

describe('the other routes', () => {
  test('points, all or of one device', async () => {
    await using served = await Served.start()
    const { list } = served.edge
    const points = list.map(({ device, quantity, unit, modelled }) => ({
      device,
      quantity,
      unit,
      modelled,
    }))
    assert.deepEqual(await (await served.get('/api/v1/points')).json(), { points })
    const one = await served.get('/api/v1/points?device=m1')
    assert.deepEqual(await one.json(), { points: points.slice(0, 1) })
  })

  test('100,000 points do not hold up anybody else', async () => {
    await using served = await Served.start()
    const [first] = served.edge.list as [PointInfo]
    served.edge.list = Array.from({ length: 100_000 }, (_, point) => ({ ...first, point }))
    let worst = 0
    let last = performance.now()
    const watch = setInterval(() => {
      worst = Math.max(worst, performance.now() - last)
      last = performance.now()
    }, 1)
    const { points } = (await (await served.get('/api/v1/points')).json()) as { points: object[] }
    clearInterval(watch)
    assert.equal(points.length, 100_000)
    assert.ok(worst < 150, `${worst} ms without a turn of the event loop`)
  })

  test('sessions, of one client or of all', async () => {
    await using served = await Served.start()
    const counts = { subscriptions: 1, waiting: 2, inFlight: 3, dropped: 4 }
    served.edge.sessionList = [
      { client: 'a', owner: 'm1', connected: true, expires: undefined, ...counts },
      { client: 'b', owner: null, connected: false, expires: NOW, ...counts },
    ]
    const answer = await served.get('/api/v1/sessions?client=b')
    const only = { client: 'b', owner: null, connected: false }
    const expires = '2026-01-31T12:00:00.000Z'
    assert.deepEqual(await answer.json(), { sessions: [{ ...only, ...counts, expires }] })
    const all = (await (await served.get('/api/v1/sessions')).json()) as { sessions: unknown[] }
    assert.equal(all.sessions.length, 2)
  })

  test('the ledger, with totals', async () => {
    await using served = await Served.start()
    served.edge.accountList = [
      {
        device: 'm1',
        received: 9,
        stored: 5,
        duplicates: 1,
        refused: { unreadable: 2 },
        inFlight: 1,
        thinned: 0,
        thinnedWindows: 0,
      },
      {
        device: 'm2',
        received: 4,
        stored: 1,
        duplicates: 0,
        refused: { unreadable: 1, badTime: 2 },
        inFlight: 0,
        thinned: 0,
        thinnedWindows: 0,
      },
    ]
    assert.deepEqual(await (await served.get('/api/v1/ledger')).json(), {
      devices: served.edge.accountList,
      totals: {
        received: 13,
        stored: 6,
        duplicates: 1,
        refused: { unreadable: 3, badTime: 2 },
        inFlight: 1,
        thinned: 0,
        thinnedWindows: 0,
      },
    })
    assert.deepEqual(await (await served.get('/api/v1/ledger?device=m2')).json(), {
      devices: served.edge.accountList.slice(1),
      totals: {
        received: 4,
        stored: 1,
        duplicates: 0,
        refused: { unreadable: 1, badTime: 2 },
        inFlight: 0,
        thinned: 0,
        thinnedWindows: 0,
      },
    })
  })

  test('health is 200 or 503 with the problems in sentences', async () => {
    await using served = await Served.start()
    const well = await served.get('/healthz')
    assert.equal(well.status, 200)
    assert.deepEqual(await well.json(), {
      status: 'ok',
      site: 's1',
      uptimeSeconds: 5,
      problems: [],
    })
    served.edge.healthInfo = {
      ...served.edge.healthInfo,
      healthy: false,
      problems: ['The disk is full.'],
    }
    const ill = await served.get('/healthz')
    assert.equal(ill.status, 503)
    assert.equal((await served.get('/livez')).status, 200, 'it answers, so it is alive')
    assert.deepEqual(await ill.json(), {
      status: 'failing',
      site: 's1',
      uptimeSeconds: 5,
      problems: ['The disk is full.'],
    })
  })

  test('metrics as Prometheus reads them', async () => {
    await using served = await Served.start()
    const response = await served.get('/metrics')
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    assert.equal(await response.text(), 'busbar_up 1\n')
  })
})

describe('requests that are not for us', () => {
  test('an unknown path names the nearest', async () => {
    await using served = await Served.start()
    const body = await served.problem('/api/v1/reading?x=1')
    assert.deepEqual(
      [body['status'], body['detail'], body['hint']],
      [404, 'GET /api/v1/reading: nothing is here', 'Is /api/v1/readings meant?'],
    )
    assert.match(String((await served.problem('/x'))['hint']), /^There are \/healthz, /)
    assert.equal((await served.problem('/%zz'))['status'], 400)
  })

  test('HEAD and OPTIONS answer without a query, other methods are refused', async () => {
    await using served = await Served.start()
    const head = await served.get('/api/v1/readings', { method: 'HEAD' })
    assert.equal(head.status, 200)
    assert.equal(head.headers.get('content-type'), 'application/json; charset=utf-8')
    assert.equal(head.headers.get('content-length'), null)
    assert.equal(served.edge.asked.length, 0)
    const options = await served.get('/api/v1/points', { method: 'OPTIONS' })
    assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, OPTIONS'])
    for (const init of [
      { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
      { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
      { method: 'PUT', body: 'x', headers: { 'content-type': 'image/png' } },
      { method: 'DELETE' },
    ]) {
      const body = await served.problem('/api/v1/points', init)
      assert.deepEqual([body['status'], body['hint']], [405, 'Use GET.'], init.method)
    }
    const large = await served.problem('/x', { method: 'POST', body: 'x'.repeat(100_000) })
    assert.equal(large['status'], 404)
  })

  test('every answer says that its type is meant, and no more about the server', async () => {
    await using served = await Served.start()
    for (const path of ['/healthz', '/api/v1/readings', '/x', '/api/v1/points?x=1']) {
      const { headers } = await served.get(path)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.equal(headers.get('server'), null)
      assert.equal(headers.get('x-powered-by'), null)
    }
  })

  test('what is not HTTP gets problem details and a closed connection', async () => {
    await using served = await Served.start()
    for (const words of [
      '\x10\x00\x04MQTT\r\n\r\n',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    ]) {
      const socket = connect(served.api.address.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(words)
      let text = ''
      socket.setEncoding('utf8')
      for await (const piece of socket) text += piece
      assert.match(text, /^HTTP\/1\.1 400 .*application\/problem\+json.*"status":400/s)
    }
  })

  test('a bug is reported, and not described to a stranger', async () => {
    await using served = await Served.start()
    served.edge.health = () => {
      throw new GridError('bug', 'secret state')
    }
    const body = await served.problem('/healthz')
    assert.equal(body['status'], 500)
    assert.doesNotMatch(JSON.stringify(body), /secret/)
    assert.equal((served.edge.reported[0] as Error).message, 'secret state')
  })
})

describe('starting and stopping', () => {
  const view = new MemoryEdge()
  const start = (host: string, port: number): Promise<Api> =>
    startApi({
      address: { host, port },
      view,
      access: OPEN_ACCESS,
      border: { passage: () => undefined },
      now: () => NOW,
    })

  test('a taken port, a foreign address and an unknown name are told apart', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    await assert.rejects(start('127.0.0.1', port), {
      code: 'address-in-use',
      message: `127.0.0.1:${port} is taken by another program`,
      hint: 'Choose another address with --http HOST:PORT.',
    })
    taken.close()
    await assert.rejects(start('192.0.2.1', 0), { message: /this machine has no such address/ })
  })

  test('stop cuts what is being sent and closes what is idle, at once', async () => {
    const served = await Served.start()
    served.edge.source = async function* () {
      for (;;) yield EVEN
    }
    const response = await served.get('/api/v1/readings')
    const rest = response.text()
    const before = performance.now()
    await Promise.all([assert.rejects(rest), served.api.stop()])
    assert.ok(performance.now() - before < 1000)
    while (served.edge.ended === 0) await pause(5)
  })
})
