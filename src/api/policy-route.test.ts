import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Served } from './memory-edge.test.ts'

test('each address asks for its report, and sends it as it comes', async () => {
  await using served = await Served.start()
  const asked = [
    ['decisions', { kind: 'decisions', limit: 100 }],
    ['decisions?limit=7', { kind: 'decisions', limit: 7 }],
    ['decisions?limit=99999', { kind: 'decisions', limit: 10_000 }],
    ['verify', { kind: 'verify' }],
    ['certificate?month=2026-11', { kind: 'certificate', month: '2026-11' }],
    ['explain?row=5', { kind: 'explain-row', row: 5 }],
    ['explain?record=%7B%7D', { kind: 'explain-record', record: '{}' }],
  ] as const
  for (const [path, order] of asked) {
    const response = await served.get(`/api/v1/policy/${path}`)
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), { asked: order })
  }
})

test('what is missing or misspelt is refused', async () => {
  await using served = await Served.start()
  const wrong = [
    'decisions?limit=0',
    'decisions?month=2026-11',
    'verify?x=1',
    'certificate',
    'certificate?month=2026-13',
    'explain',
    'explain?row=1&record=%7B%7D',
  ]
  for (const path of wrong) {
    assert.equal((await served.problem(`/api/v1/policy/${path}`))['status'], 400, path)
  }
  const post = await served.get('/api/v1/policy/verify', { method: 'POST' })
  assert.equal(post.status, 405)
})
