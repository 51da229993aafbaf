import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Shown } from '../../core/access.ts'
import { limits } from '../../core/limits.ts'
import { UserDesk } from '../../users/user-desk.ts'
import { UserFile } from './user-file.ts'

const PHRASE = 'tall trees near water'
const OTHER = 'wide rivers run slowly'
const DOER = { who: 'test', address: '' }
const HERE: Shown = {
  address: '127.0.0.1',
  isHere: true,
  isOpen: true,
  session: undefined,
  token: undefined,
  isIdle: false,
}
const AWAY: Shown = { ...HERE, address: '10.0.0.9', isHere: false, isOpen: false }

/** A desk on a file, and a clock that the test sets. */
class Stand implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'busbar-users-'))
  readonly file: UserFile = new UserFile(this.folder)
  nowMs = Date.UTC(2026, 0, 31)
  readonly desk: UserDesk = this.another()

  another(): UserDesk {
    return new UserDesk({
      query: this.file.query,
      now: () => this.nowMs,
      addCommand: 'busbar user add',
      allowsOpen: false,
      secureHint: 'TLS',
    })
  }

  async add(name: string, role: 'viewer' | 'operator' | 'engineer'): Promise<void> {
    await this.desk.add({ name, role, password: PHRASE }, DOER)
  }

  async login(name: string, shown = HERE): Promise<string> {
    const outcome = await this.desk.login({ name, password: PHRASE }, shown)
    assert.equal(outcome.kind, 'begun')
    return outcome.kind === 'begun' ? outcome.session : ''
  }

  async who(session: string, shown: Partial<Shown> = {}): Promise<string> {
    const found = await this.desk.identify({ ...HERE, session, ...shown })
    return found.kind === 'known' ? found.person.name : ''
  }

  [Symbol.dispose](): void {
    this.file[Symbol.dispose]()
    rmSync(this.folder, { recursive: true })
  }
}

describe('who is let in', () => {
  test('this machine as long as there are no users, and then nobody without a name', async () => {
    using stand = new Stand()
    const { desk } = stand
    assert.equal(await stand.who(''), 'local')
    const away = await desk.identify({ ...AWAY })
    assert.match(away.kind === 'unknown' ? away.refusal.hint : '', /busbar user add/)
    await assert.rejects(stand.add('bo', 'viewer'), /the only one/)
    await stand.add('ana', 'engineer')
    assert.equal((await desk.identify({ ...HERE })).kind, 'unknown')
    assert.equal(await stand.who(await stand.login('ana')), 'ana')
    assert.equal(statSync(join(stand.folder, 'users.db')).mode & 0o777, 0o600)
  })

  test('a token until its end, by a digest', async () => {
    using stand = new Stand()
    const { desk } = stand
    await stand.add('ana', 'engineer')
    const token = await desk.addToken({ name: 'prometheus', role: 'viewer', days: 1 }, DOER)
    const found = await desk.identify({ ...AWAY, token })
    assert.deepEqual(found, {
      kind: 'known',
      person: { name: 'prometheus', role: 'viewer', kind: 'program' },
    })
    const kept = JSON.stringify(await stand.file.query('SELECT * FROM users'))
    assert.ok(!kept.includes(token) && !kept.includes(PHRASE))
    assert.equal((await desk.identify({ ...AWAY, token: `${token}x` })).kind, 'unknown')
    stand.nowMs += 86_400_000
    assert.equal((await desk.identify({ ...AWAY, token })).kind, 'unknown')
    assert.equal((await desk.login({ name: 'prometheus', password: '' }, HERE)).kind, 'wrong')
  })

  test('nobody by a connection that others can read', async () => {
    using stand = new Stand()
    await stand.add('ana', 'engineer')
    const open = { ...AWAY, isOpen: true }
    assert.equal((await stand.desk.login({ name: 'ana', password: PHRASE }, open)).kind, 'open')
    const token = await stand.desk.addToken({ name: 'p', role: 'viewer', days: 1 }, DOER)
    assert.equal((await stand.desk.identify({ ...open, token })).kind, 'unknown')
  })

  test('nobody where the file cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'busbar-users-'))
    writeFileSync(join(folder, 'users.db'), 'not a database, but long enough to be one'.repeat(100))
    using file = new UserFile(folder)
    assert.notEqual(file.failure, '')
    await assert.rejects(file.query('SELECT name FROM users'), /users\.db/)
    rmSync(folder, { recursive: true })
  })
})

describe('sessions', () => {
  test('end when nobody touches the page, and after a shift in any case', async () => {
    using stand = new Stand()
    await stand.add('ana', 'engineer')
    const session = await stand.login('ana')
    for (let at = 0; at < 3; at++) {
      stand.nowMs += limits.sessionIdleMs / 2
      assert.equal(await stand.who(session), 'ana')
    }
    stand.nowMs += limits.sessionIdleMs / 2
    assert.equal(await stand.who(session, { isIdle: true }), 'ana')
    stand.nowMs += limits.sessionIdleMs / 2
    assert.equal(await stand.who(session, { isIdle: true }), '')
    const long = await stand.login('ana')
    for (let ms = 0; ms < limits.sessionMs; ms += limits.sessionIdleMs / 2) {
      assert.equal(await stand.who(long), 'ana')
      stand.nowMs += limits.sessionIdleMs / 2
    }
    assert.equal(await stand.who(long), '')
  })

  test('end with a logout, another password, another role, and with their user', async () => {
    using stand = new Stand()
    const { desk } = stand
    await stand.add('ana', 'engineer')
    await stand.add('bo', 'viewer')
    const [first, second] = [await stand.login('bo'), await stand.login('bo')]
    await desk.logout(first, DOER)
    assert.deepEqual([await stand.who(first), await stand.who(second)], ['', 'bo'])
    await desk.setRole('bo', 'operator', DOER)
    assert.equal(await stand.who(second), '')
    const third = await stand.login('bo')
    const person = { name: 'bo', role: 'operator', kind: 'person' } as const
    const wrong = await desk.changePassword({ old: 'no', new: OTHER }, person, HERE)
    assert.equal(wrong.kind, 'wrong')
    const changed = await desk.changePassword({ old: PHRASE, new: OTHER }, person, HERE)
    assert.equal(await stand.who(third), '')
    assert.equal(await stand.who(changed.kind === 'begun' ? changed.session : ''), 'bo')
    await desk.setPassword({ name: 'bo', password: PHRASE }, DOER)
    const fourth = await stand.login('bo')
    await desk.remove('bo', DOER)
    await stand.add('bo', 'viewer')
    assert.equal(await stand.who(fourth), '')
  })

  test('are few of one user, and known to another process', async () => {
    using stand = new Stand()
    await stand.add('ana', 'engineer')
    const all: string[] = []
    for (let at = 0; at <= limits.sessionsPerUser; at++) {
      stand.nowMs += 1
      all.push(await stand.login('ana'))
    }
    assert.equal(await stand.who(all[0] ?? ''), '')
    const found = await stand.another().identify({ ...HERE, session: all[1] })
    assert.equal(found.kind, 'known')
  })
})

test('the last engineer stays one, over HTTP', async () => {
  using stand = new Stand()
  const { desk } = stand
  await stand.add('ana', 'engineer')
  await desk.addToken({ name: 'robot', role: 'engineer', days: 1 }, DOER)
  await assert.rejects(desk.remove('ana', DOER), /last engineer/)
  await assert.rejects(desk.setRole('ana', 'viewer', DOER), /last engineer/)
  await stand.add('bo', 'engineer')
  await desk.setRole('ana', 'viewer', DOER)
  await desk.remove('bo', DOER, 'any')
})

test('an early try is not heard, until somebody unlocks it from another process', async () => {
  using stand = new Stand()
  const { desk } = stand
  await stand.add('ana', 'engineer')
  const right = { name: 'ana', password: PHRASE }
  for (let at = 0; at < limits.loginFailures; at++)
    assert.equal((await desk.login({ name: 'ana', password: 'x' }, AWAY)).kind, 'wrong')
  assert.equal((await desk.login(right, AWAY)).kind, 'early')
  await stand.another().unlock('ana', DOER)
  assert.equal((await desk.login(right, AWAY)).kind, 'begun')
  assert.deepEqual([desk.counters.failed, desk.counters.unheard], [limits.loginFailures, 1])
})

test('a name that nobody has takes as long as one that somebody has', async () => {
  using stand = new Stand()
  await stand.add('ana', 'engineer')
  const msOf = async (name: string): Promise<number> => {
    const all: number[] = []
    for (let at = 0; at < 7; at++) {
      const startMs = performance.now()
      await stand.desk.login({ name, password: 'x' }, { ...AWAY, address: `10.3.${at}.1` })
      all.push(performance.now() - startMs)
    }
    return all.toSorted((a, b) => a - b)[1] ?? 0
  }
  await msOf('warm')
  const [some, none] = [await msOf('ana'), await msOf('nobody')]
  assert.ok(none > some / 3 && some > none / 3, `${some} ms and ${none} ms`)
})
