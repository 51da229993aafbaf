import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type TestContext, describe, test } from 'node:test'
import type { Passage } from '../src/api/egress/border.ts'
import { MemoryEdge, NOW } from '../src/api/memory-edge.test.ts'
import { type Api, startApi } from '../src/api/server.ts'
import { covers, roles } from '../src/core/roles.ts'
import { limits } from '../src/core/limits.ts'
import { EdgeUsers } from '../src/edge/access/edge-users.ts'
import { withScratch } from './crash/scratch.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { noPostgres, startPostgres } from './uplink/servers.ts'
import { Certificates } from './transports/certificates.ts'
import { overTls } from './users/over-tls.ts'
import { Program } from './uplink/program.ts'
import { PHRASE, Visitor } from './users/visitor.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const MAIN = join(ROOT, 'src/cli/main.ts')

/** `busbar user …` with a password on standard input. */
async function user(words: readonly string[], password = PHRASE) {
  const child = spawn(process.execPath, [MAIN, 'user', ...words])
  child.stdin.end(`${password}\n`)
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  return { code, output: output.trim(), errors }
}

/** The API of an edge whose answers are made up, with users on a disk. */
async function served(t: TestContext, folder: string, passage?: Passage): Promise<Api> {
  const http = { host: '127.0.0.1', port: 0 }
  const users = new EdgeUsers({
    site: { listeners: {} },
    directory: folder,
    http,
    warn: assert.fail,
  })
  const api = await startApi({
    address: http,
    view: new MemoryEdge(),
    border: { passage: () => (isOutside ? passage : undefined) },
    access: users.desk,
    now: () => NOW,
  })
  t.after(async () => {
    await api.stop()
    users[Symbol.dispose]()
  })
  let isOutside = false
  const first = new Visitor(api.address)
  for (const role of roles.toReversed()) {
    const added = await first.post('/api/v1/users', { name: `a-${role}`, role, password: PHRASE })
    assert.equal(added.status, 201, JSON.stringify(added.body))
    if (role === 'engineer') await first.login('a-engineer')
  }
  isOutside = true
  return api
}

describe('over HTTP', () => {
  test('each role reaches the routes that declare it, and no others', async (t) => {
    await withScratch('users', async (folder) => {
      const { address, routes } = await served(t, folder)
      const nobody = new Visitor(address)
      assert.ok(routes.length > 30)
      for (const role of roles) {
        const visitor = new Visitor(address)
        assert.equal((await visitor.login(`a-${role}`)).status, 200)
        for (const { url, method, needs } of routes) {
          if (method === 'HEAD' || url === '/api/v1/logout' || url.startsWith('/ui')) continue
          const ask = (who: Visitor) =>
            method === 'GET' ? who.get(pathOf(url)) : who.post(pathOf(url))
          const name = `${role}: ${method} ${url}, which needs ${needs}`
          const { status, body } = await ask(visitor)
          assert.equal(body['code'] === 'role', !covers(role, needs), `${name}: ${status}`)
          assert.notEqual(status, 401, name)
          const stranger = await ask(nobody)
          assert.equal(stranger.body['code'] === 'login', needs !== 'nobody', name)
          if (needs !== 'nobody') assert.equal(stranger.status, 401, name)
          if (stranger.status === 401) assert.ok(String(stranger.body['hint']).length > 20, name)
        }
      }
      assert.deepEqual((await nobody.get('/healthz')).body, { status: 'ok' })
    })
  })

  test('no page of another site acts in a user’s name', async (t) => {
    await withScratch('users', async (folder) => {
      const { address } = await served(t, folder)
      const ana = new Visitor(address)
      await ana.login('a-engineer')
      const path = '/api/v1/alarms/1/acknowledge'
      const ours = { 'x-busbar-request': '1' }
      for (const headers of [
        {},
        { ...ours, origin: 'http://elsewhere.example' },
        { ...ours, origin: 'null' },
        { ...ours, 'sec-fetch-site': 'cross-site' },
        { ...ours, 'sec-fetch-site': 'same-site' },
      ] as Readonly<Record<string, string>>[]) {
        const { status, body } = await ana.post(path, {}, headers)
        assert.deepEqual([status, body['code']], [403, 'other-site'], JSON.stringify(headers))
      }
      assert.equal((await ana.post(path)).status, 200)
      const { body, headers } = await ana.get('/api/v1/users/audit?limit=1')
      assert.equal(headers.get('access-control-allow-origin'), null)
      const [last] = body['audit'] as { who: string; about: string; outcome: string }[]
      const { who, about, outcome } = last ?? {}
      assert.deepEqual({ who, about, outcome }, { who: 'a-engineer', about: path, outcome: 'done' })
    })
  })

  test('a cookie is out of reach of scripts and other sites', async (t) => {
    await withScratch('users', async (folder) => {
      const { address } = await served(t, folder)
      const ana = new Visitor(address)
      const cookie = (await ana.login('a-viewer')).headers.get('set-cookie') ?? ''
      assert.match(
        cookie,
        /^busbar_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
      )
      assert.deepEqual((await ana.get('/api/v1/me')).body, {
        name: 'a-viewer',
        role: 'viewer',
        kind: 'person',
      })
      await ana.post('/api/v1/logout')
      const out = await ana.get('/api/v1/me')
      assert.deepEqual([out.status, out.body['detail']], [401, 'the session has ended'])
    })
  })

  test('who asks is one question, where it goes another', async (t) => {
    await withScratch('users', async (folder) => {
      const { address } = await served(t, folder, {
        clear: async (records) => records.map(() => ({ kind: 'stays', reason: 'it is outside' })),
      })
      const ana = new Visitor(address)
      assert.equal((await ana.get('/api/v1/readings')).body['code'], 'login')
      assert.equal((await ana.login('a-engineer')).status, 200)
      assert.equal((await ana.get('/api/v1/me')).status, 200)
      for (const path of ['/api/v1/readings', '/metrics', '/api/v1/users'])
        assert.equal((await ana.get(path)).body['code'], 'stays', path)
      assert.equal((await ana.post('/api/v1/alarms/1/acknowledge')).body['code'], 'stays')
    })
  })

  test('a flood of logins is answered, costs few hashes, and leaves the log small', async (t) => {
    await withScratch('users', async (folder) => {
      const { address } = await served(t, folder)
      const visitor = new Visitor(address)
      const counts = new Map<number, number>()
      for (let round = 0; round < 6; round++) {
        const tries = Array.from({ length: 100 }, async (_, at) => {
          const { status } = await visitor.login(`n${round * 100 + at}`, 'no')
          counts.set(status, (counts.get(status) ?? 0) + 1)
        })
        await Promise.all(tries)
      }
      assert.ok((counts.get(403) ?? 0) <= limits.loginFailuresPerAddress + 5, String([...counts]))
      assert.ok((counts.get(429) ?? 0) > 400, String([...counts]))
    })
  })
})

/** What stands for `:name` and `:id` is there, or is not: either is an answer of the route. */
function pathOf(url: string): string {
  return url.replace(':name', 'nobody').replace(':id', '1')
}

test('busbar user, beside a running edge, and a session that outlives its restart', async () => {
  let edge = await TestedEdge.start()
  const data = ['--data', join(edge.directory, 'data')]
  const here = new Visitor(edge.http)
  assert.equal((await here.get('/api/v1/me')).body['name'], 'local')
  assert.equal((await here.get('/api/v1/me', { 'x-forwarded-for': '8.8.8.8' })).status, 401)
  const weak = await user(['add', 'ana', '--role', 'engineer', ...data], 'password1234')
  assert.match(weak.errors, /tried first/)
  assert.equal((await user(['add', 'ana', '--role', 'engineer', ...data])).code, 0)
  assert.equal((await here.get('/api/v1/points')).status, 401)
  const ana = new Visitor(edge.http)
  assert.equal((await ana.login('ana')).status, 200)
  assert.equal((await ana.get('/api/v1/points')).status, 200)
  const token = (await user(['token', 'prometheus', '--role', 'viewer', ...data])).output
  const program = new Visitor(edge.http, { authorization: `Bearer ${token}` })
  assert.equal((await program.get('/metrics')).status, 200)
  assert.equal((await program.get('/api/v1/users')).body['code'], 'role')
  edge = await edge.kill()
  const { cookie } = ana
  assert.equal((await new Visitor(edge.http, { cookie }).get('/api/v1/me')).body['name'], 'ana')
  assert.equal((await user(['role', 'ana', '--role', 'viewer', ...data])).code, 1)
  assert.equal((await user(['password', 'ana', ...data], 'wide rivers run slowly')).code, 0)
  assert.equal((await new Visitor(edge.http, { cookie }).get('/api/v1/me')).status, 401)
  assert.equal((await user(['remove', 'ana', ...data])).code, 0)
  assert.match((await user(['list', ...data])).output, /^prometheus +program +viewer/)
  assert.equal((await new Visitor(edge.http).get('/api/v1/me')).body['name'], 'local')
  edge.takeErrors()
  await edge[Symbol.asyncDispose]()
})

test('HTTP over TLS: a cookie for TLS alone, and another certificate without a restart', async (t) => {
  if (Certificates.skip !== false) return t.skip(Certificates.skip)
  using certificates = new Certificates()
  certificates.issue('edge')
  const keys = `certificate: ${certificates.path('edge.pem')}, key: ${certificates.path('edge.key')}`
  const open = readFileSync(join(ROOT, 'examples/open.yaml'), 'utf8')
  await using edge = await TestedEdge.start(`${open}\nlisteners: { http: { ${keys} } }\n`)
  const first = { name: 'ana', role: 'engineer', password: PHRASE }
  const ca = certificates.read('ca.pem')
  const added = await overTls(edge.http, { path: '/api/v1/users', body: first, ca })
  assert.equal(added.status, 201)
  const words = { name: 'ana', password: PHRASE }
  const { status, cookie } = await overTls(edge.http, { path: '/api/v1/login', body: words, ca })
  assert.equal(status, 200)
  assert.match(cookie, /; Secure$/)
  const before = added.serial
  certificates.issue('edge')
  for (let tries = 0; tries < 50; tries++) {
    const { serial } = await overTls(edge.http, { path: '/api/v1/login', body: words, ca })
    if (serial !== before) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  assert.fail('the first certificate stays in use')
})

test('two centres on one PostgreSQL know the same users', { skip: noPostgres }, async () => {
  await withScratch('users', async (folder) => {
    await using postgres = await startPostgres(folder)
    const database = ['--database', `postgres://busbar@127.0.0.1:${postgres.port}/postgres`]
    assert.equal((await user(['add', 'ana', '--role', 'engineer', ...database])).code, 0)
    const words = ['src/cli/main.ts', 'centre', ...database]
    const ports = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
    await using first = await Program.start([...words, ...ports])
    await using second = await Program.start([...words, ...ports])
    const ana = new Visitor(first.addresses['http'] ?? '')
    assert.equal((await ana.get('/api/v1/sites')).status, 401)
    assert.equal((await ana.login('ana')).status, 200)
    const { cookie } = ana
    const there = new Visitor(second.addresses['http'] ?? '', { cookie })
    assert.equal((await there.get('/api/v1/sites')).status, 200)
    const bo = { name: 'bo', role: 'viewer', password: PHRASE }
    assert.equal((await there.post('/api/v1/users', bo)).status, 201)
    assert.equal((await there.post('/api/v1/users/ana/remove')).status, 409)
    const audit = (await ana.get('/api/v1/users/audit')).body['audit'] as { what: string }[]
    assert.deepEqual(
      audit.map(({ what }) => what),
      ['add user', 'login', 'add user'],
    )
    const viewer = new Visitor(first.addresses['http'] ?? '')
    await viewer.login('bo')
    assert.equal((await viewer.get('/api/v1/users')).status, 403)
    await ana.post('/api/v1/logout')
    assert.equal((await there.get('/api/v1/sites')).status, 401)
  })
})
