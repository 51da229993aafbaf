import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { Served } from '../memory-edge.test.ts'

const OURS = { 'x-busbar-request': '1' }
const JSON_TYPE = { 'content-type': 'application/json', ...OURS }

function post(body: unknown, headers: Record<string, string> = JSON_TYPE): RequestInit {
  return { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
}

describe('alarms over HTTP', () => {
  test('are listed, a line each, with how many there are in each state', async () => {
    await using served = await Served.start()
    const response = await served.get('/api/v1/alarms?limit=1')
    assert.match(await response.text(), /^\{"alarms":\[\n\{"id":1\}\n\],"counts":\{.*\}\}\n$/)
    await served.get('/api/v1/alarms?state=shelved,normal&priority=high&name=n&subject=f1')
    await served.get('/api/v1/alarms?state=all')
    const [usual, some, all] = served.edge.alarmsAsked
    assert.deepEqual(usual?.states, ['unacknowledged', 'acknowledged', 'returned'])
    assert.deepEqual(some, {
      states: ['shelved', 'normal'],
      priority: 'high',
      name: 'n',
      subject: 'f1',
    })
    assert.equal(all?.states.length, 7)
    for (const query of ['state=gone', 'priority=none', 'limit=0', 'feeder=f1']) {
      assert.equal((await served.problem(`/api/v1/alarms?${query}`))['code'], 'usage')
    }
  })

  test('are looked at one by one, with members and steps', async () => {
    await using served = await Served.start()
    assert.deepEqual(await (await served.get('/api/v1/alarms/1')).json(), { id: 1 })
    const { members } = (await (await served.get('/api/v1/alarms/1/members')).json()) as {
      members: unknown
    }
    assert.deepEqual(members, [{ id: 7 }])
    const steps = await (await served.get('/api/v1/alarms/steps?alarm=2&limit=5')).json()
    assert.deepEqual(steps, {
      steps: [
        {
          time: '2026-01-31T12:00:00.000Z',
          alarm: 2,
          name: 'n',
          subject: 's',
          what: 'raised',
          who: '',
          detail: '5',
        },
      ],
      dropped: 3,
    })
    for (const path of ['9', '9/members', 'x', '01'])
      assert.equal((await served.problem(`/api/v1/alarms/${path}`))['status'], 404)
  })

  test('take actions of whoever says who it is', async () => {
    await using served = await Served.start()
    const done = await served.get('/api/v1/alarms/1/acknowledge', post({ who: 'ana' }))
    assert.deepEqual([done.status, await done.json()], [200, { id: 1 }])
    const shelf = { who: 'ana', reason: 'works', minutes: 90 }
    await served.get('/api/v1/alarms/1/shelve', post(shelf))
    await served.get('/api/v1/alarms/1/unshelve', post({ who: 'bo' }))
    assert.deepEqual(served.edge.alarmActions, [
      { kind: 'acknowledge', who: 'ana', comment: '' },
      { kind: 'shelve', who: 'ana', reason: 'works', forMs: 5_400_000 },
      { kind: 'unshelve', who: 'bo' },
    ])
    const refused = await served.problem('/api/v1/alarms/2/unshelve', post({ who: 'bo' }))
    assert.deepEqual([refused['status'], refused['code']], [409, 'conflict'])
    assert.equal(
      (await served.problem('/api/v1/alarms/3/unshelve', post({ who: 'bo' })))['status'],
      404,
    )
  })

  test('take no action that says too little, or too much', async () => {
    await using served = await Served.start()
    const long = 'x'.repeat(limits.alarmTextCharacters + 1)
    for (const [action, body] of [
      ['acknowledge', {}],
      ['acknowledge', { who: ' ' }],
      ['acknowledge', { who: 7 }],
      ['acknowledge', { who: long }],
      ['acknowledge', { who: 'ana\nbo' }],
      ['acknowledge', { who: 'ana', coment: 'x' }],
      ['acknowledge', '{'],
      ['acknowledge', '[]'],
      ['shelve', { who: 'ana', minutes: 5 }],
      ['shelve', { who: 'ana', reason: 'r' }],
      ['shelve', { who: 'ana', reason: 'r', minutes: 0 }],
      ['shelve', { who: 'ana', reason: 'r', minutes: 1e9 }],
      ['unshelve', { who: 'ana', reason: 'r' }],
    ] as const) {
      const fault = await served.problem(`/api/v1/alarms/1/${action}`, post(body))
      assert.deepEqual([fault['status'], fault['code']], [400, 'input'], JSON.stringify(body))
    }
    assert.deepEqual(served.edge.alarmActions, [])
  })

  test('take nothing that a page of another site could send', async () => {
    await using served = await Served.start()
    const path = '/api/v1/alarms/1/acknowledge'
    const words = '{"who":"ana"}'
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const fault = await served.problem(path, post(words, { 'content-type': type, ...OURS }))
      assert.deepEqual([fault['status'], fault['code']], [415, 'media-type'], type)
    }
    const other = { ...JSON_TYPE, origin: 'http://elsewhere.example' }
    assert.equal((await served.problem(path, post(words, other)))['status'], 403)
    assert.equal((await served.get(path, { method: 'POST', headers: OURS })).status, 400)
    const bare = { 'content-type': 'application/json' }
    assert.equal((await served.problem(path, post(words, bare)))['code'], 'other-site')
    const asked = await served.get(path, { method: 'OPTIONS', headers: other })
    assert.equal(asked.headers.get('access-control-allow-origin'), null)
    assert.deepEqual(served.edge.alarmActions, [])
    const own = `http://127.0.0.1:${served.api.address.port}`
    assert.equal((await served.get(path, post(words, { ...JSON_TYPE, origin: own }))).status, 200)
  })

  test('have addresses that say what they take', async () => {
    await using served = await Served.start()
    const acted = await served.get('/api/v1/alarms/1/shelve')
    assert.deepEqual([acted.status, acted.headers.get('allow')], [405, 'POST, OPTIONS'])
    const read = await served.get('/api/v1/alarms/1', post({}))
    assert.deepEqual([read.status, read.headers.get('allow')], [405, 'GET, HEAD, OPTIONS'])
    assert.equal((await served.get('/api/v1/alarms/1', { method: 'HEAD' })).status, 200)
  })

  test('people are told of can be tried, and say why where they cannot', async () => {
    await using served = await Served.start()
    assert.deepEqual(await (await served.get('/api/v1/notify')).json(), { notify: null })
    const done = await served.get('/api/v1/notify/duty/test', post({}))
    assert.deepEqual([done.status, await done.json()], [200, { name: 'duty', delivered: true }])
    const gone = await served.problem('/api/v1/notify/gone/test', post({}))
    assert.deepEqual([gone['status'], gone['code']], [503, 'unreachable'])
    assert.match(String(gone['detail']), /gone did not take the test: no answer/)
    assert.equal((await served.problem('/api/v1/notify/x/test', post({})))['status'], 404)
    assert.equal((await served.problem('/api/v1/notify/duty/test'))['status'], 405)
  })
})
