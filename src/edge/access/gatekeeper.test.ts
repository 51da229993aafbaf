import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import type { ExchangeStep, Gatekeeper, Identity, Stranger, Verdict } from '../../mqtt/ports.ts'
import { parseSite } from '../site/site.ts'
import type { DeviceRecord } from './device-store.ts'
import { isOutsider, siteGatekeeper } from './gatekeeper.ts'
import { LoginThrottle } from '../../core/login-throttle.ts'
import { GENERATED, hashPassword } from '../../core/password-hash.ts'
import { ScramClient } from './scram-client.test.ts'
import { GENERATED_ITERATIONS, scramVerifier } from './scram-verifier.ts'

const HASH = hashPassword(Buffer.from('right'), GENERATED)
const VERIFIER = scramVerifier('right', GENERATED_ITERATIONS) ?? ''
const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
devices: [{ id: 'm{1..3}', kind: meter }]
roles: [{ name: r, subscribe: ['grid/#'] }, { name: away, outside: true }]
clients:
  - { name: c, role: r, passwordHash: '${HASH}', scram: '${VERIFIER}' }
  - { name: bridge, role: away, passwordHash: '${HASH}' }
`

/** A gate with a clock and a device store of the test's own: `m1` has a secret, `m3` is revoked. */
class Gate {
  nowMs = 1_000_000
  looks = 0
  readonly throttle = new LoginThrottle()
  readonly devices = new Map<string, DeviceRecord>()
  readonly gatekeeper: Gatekeeper

  constructor(more = '') {
    this.secret('m1', {})
    this.secret('m3', { revokedMs: 5 })
    this.gatekeeper = siteGatekeeper({
      site: parseSite(SITE + more, 'S'),
      devices: {
        get: (id) => this.devices.get(id),
        look: () => this.looks++,
        decoyKey: Buffer.alloc(32),
      },
      throttle: this.throttle,
      foreignDevice: (topic) => /^tele\/(.+)\/S$/.exec(topic)?.[1],
      now: () => this.nowMs,
    })
  }

  secret(id: string, changes: Partial<DeviceRecord>): void {
    const record = {
      id,
      hash: HASH,
      scram: VERIFIER,
      addedMs: 1,
      changedMs: 1,
      revokedMs: undefined,
    }
    this.devices.set(id, { ...record, ...changes })
  }

  async admit(stranger: Partial<Stranger>): Promise<Verdict> {
    const nobody = { clientId: '', remote: '10.0.0.1:5', certificate: undefined }
    const whole = { ...nobody, userName: undefined, password: undefined, ...stranger }
    return new Promise((resolve) => {
      const verdict = this.gatekeeper.admit(whole, resolve)
      if (verdict !== undefined) resolve(verdict)
    })
  }

  async login(userName: string, password: string, more: Partial<Stranger> = {}): Promise<Verdict> {
    return this.admit({ userName, password: Buffer.from(password), ...more })
  }

  /** A login by SCRAM up to the client's last message, which is sent when the test likes. */
  scram(client: ScramClient, more: Partial<Stranger> = {}): () => ExchangeStep {
    const nobody = { clientId: '', remote: '10.0.0.1:5', certificate: undefined }
    const stranger = { ...nobody, userName: undefined, ...more }
    const exchange = this.gatekeeper.exchange(stranger, 'SCRAM-SHA-256')
    assert.ok(exchange !== undefined)
    const first = exchange.step(Buffer.from(client.first()))
    assert.ok(first.kind === 'continue')
    const final = client.final(Buffer.from(first.data).toString())
    return () => exchange.step(Buffer.from(final))
  }

  /** The name that it came in with, or why not. */
  scramLogin(name: string, password: string, more: Partial<Stranger> = {}): string | number {
    const client = new ScramClient(name, password)
    const step = this.scram(client, more)()
    if (step.kind === 'refused') return step.code
    assert.ok(step.kind === 'admitted' && client.isServer(Buffer.from(step.data).toString()))
    return step.identity.name
  }

  async person(verdict: Promise<Verdict>): Promise<Identity> {
    const found = await verdict
    assert.ok(typeof found === 'object', 'refused')
    return found
  }
}

const cert = (commonName: string): Partial<Stranger> => ({
  certificate: { commonName, subjectAltNames: [] },
})

describe('the gate of a site with names', () => {
  test('who comes in, and as whom', async () => {
    const gate = new Gate()
    assert.equal((await gate.person(gate.login('m1', 'right'))).name, 'm1')
    assert.equal((await gate.person(gate.login('c', 'right'))).name, 'c')
    assert.equal((await gate.person(gate.admit(cert('m2')))).name, 'm2')
    assert.equal((await gate.person(gate.login('m1', 'right', cert('m1')))).name, 'm1')
    assert.equal((await gate.person(gate.login('c', 'right', cert('edge')))).name, 'c')
    for (const [expected, verdict] of [
      [0x86, gate.login('m1', 'wrong')],
      [0x86, gate.login('m1', '')],
      [0x86, gate.login('m2', 'right')],
      [0x86, gate.login('m3', 'right')],
      [0x86, gate.login('m1', 'x'.repeat(limits.passwordBytes + 1))],
      [0x87, gate.admit({})],
      [0x87, gate.admit(cert('m3'))],
      [0x87, gate.admit(cert('edge'))],
      [0x87, gate.admit({ ...cert('m2'), userName: 'm1' })],
      [0x87, gate.admit({ ...cert('m2'), clientId: 'm1' })],
      [0x87, gate.login('m1', 'right', cert('m2'))],
      [0x87, gate.login('m1', 'right', { clientId: 'c' })],
    ] as const) {
      assert.equal(await verdict, expected)
    }
  })

  test('many guesses at once are no more than a few, and the right one waits with them', async () => {
    const gate = new Gate()
    const guesses = Array.from({ length: 50 }, () => gate.login('m1', 'wrong'))
    const verdicts = await Promise.all([...guesses, gate.login('m1', 'right')])
    const tried = verdicts.filter((verdict) => verdict === 0x86).length
    assert.ok(tried < limits.loginFailures + limits.passwordChecks, `${tried} were tried`)
    assert.equal(verdicts.at(-1), 0x9f)
    assert.equal(gate.throttle.failed, tried)
    gate.nowMs += limits.loginWaitMsMax
    assert.equal((await gate.person(gate.login('m1', 'right'))).name, 'm1')
  })

  test('another address of the same /64 is no fresh start for a guesser', async () => {
    const gate = new Gate()
    const from = (address: string): Partial<Stranger> => ({ remote: `${address}:5` })
    for (let guess = 0; guess < limits.loginFailures; guess++) {
      assert.equal(await gate.login('m1', 'wrong', from(`2001:db8::${guess}`)), 0x86)
    }
    assert.equal(await gate.login('m1', 'right', from('2001:db8::ffff')), 0x9f)
    assert.equal((await gate.person(gate.login('m1', 'right', from('2001:db8:1::1')))).name, 'm1')
  })

  test('as many wait as may, and the next is told to come again', async () => {
    const gate = new Gate()
    const some = limits.passwordChecksWaiting + limits.passwordChecks
    const waiting = Array.from({ length: some }, () => gate.login('c', 'right'))
    assert.equal(await gate.login('m1', 'right'), 0x89)
    for (const verdict of await Promise.all(waiting)) assert.equal(typeof verdict, 'object')
  })

  test('what they may do', async () => {
    const gate = new Gate()
    const meter = await gate.person(gate.admit(cert('m2')))
    const may = (topic: string): boolean => gate.gatekeeper.mayPublish('', topic, meter)
    assert.deepEqual(
      ['grid/m2/readings', 'tele/m2/S', 'grid/m1/readings', 'tele/m1/S', '$SYS/x', 'x'].map(may),
      [true, true, false, false, false, false],
    )
    const client = await gate.person(gate.login('c', 'right'))
    assert.ok(gate.gatekeeper.maySubscribe('', 'grid/+/readings', client))
    assert.ok(!gate.gatekeeper.maySubscribe('', '#', client))
    assert.ok(!gate.gatekeeper.mayPublish('', 'grid/m1/readings', client))
    assert.ok(!gate.gatekeeper.mayPublish('', 'grid/m1/readings', undefined))
    assert.ok(!gate.gatekeeper.maySubscribe('', 'grid/m1/commands/#', undefined))
    const any = new Gate('access: { anyTopic: true }\n')
    const tester = await any.person(any.admit(cert('m2')))
    assert.ok(any.gatekeeper.mayPublish('', 'x', tester))
    assert.ok(any.gatekeeper.maySubscribe('', '#', tester))
    assert.ok(!any.gatekeeper.mayPublish('', '$SYS/x', tester))
  })

  test('who is in stays for as long as the device store says so', async () => {
    const gate = new Gate()
    const [secret, proved, client] = await Promise.all([
      gate.person(gate.login('m1', 'right')),
      gate.person(gate.admit(cert('m1'))),
      gate.person(gate.login('c', 'right')),
    ])
    const remembered = { name: 'm1' } // By a session of an earlier process.
    const standing = (): number[] =>
      [secret, proved, client, remembered].map((who) => gate.gatekeeper.standing(who))
    assert.deepEqual(standing(), [0, 0, 0, 0])
    gate.secret('m1', { changedMs: 2 })
    assert.deepEqual(standing(), [0x98, 0, 0, 0])
    gate.secret('m1', { revokedMs: 3 })
    assert.deepEqual(standing(), [0x87, 0x87, 0, 0x87])
    gate.nowMs += limits.deviceLookMs
    const { looks } = gate
    standing()
    assert.equal(gate.looks, looks + 1)
  })
})

describe('SCRAM at the gate', () => {
  test('who comes in, and as whom: by the rules for passwords', () => {
    const gate = new Gate()
    gate.secret('m2', { scram: '' })
    for (const [expected, verdict] of [
      ['m1', gate.scramLogin('m1', 'right')],
      ['c', gate.scramLogin('c', 'right')],
      ['m1', gate.scramLogin('m1', 'right', { clientId: 'm1', userName: 'm1' })],
      ['m1', gate.scramLogin('m1', 'right', cert('m1'))],
      [0x86, gate.scramLogin('m1', 'wrong')],
      [0x86, gate.scramLogin('m2', 'right')],
      [0x86, gate.scramLogin('m3', 'right')],
      [0x86, gate.scramLogin('nobody', 'right')],
      [0x87, gate.scramLogin('m1', 'right', { userName: 'c' })],
      [0x87, gate.scramLogin('m1', 'right', { clientId: 'c' })],
      [0x87, gate.scramLogin('m1', 'right', cert('m2'))],
    ] as const) {
      assert.equal(verdict, expected)
    }
    assert.equal(gate.throttle.failed, 4)
  })

  test('a name that is none is asked like one that is, time after time', () => {
    const gate = new Gate()
    const asked = (name: string): string => {
      const stranger = { clientId: '', remote: 'a:1', certificate: undefined, userName: undefined }
      const exchange = gate.gatekeeper.exchange(stranger, 'SCRAM-SHA-256')
      const step = exchange?.step(Buffer.from(new ScramClient(name, '').first()))
      assert.ok(step?.kind === 'continue')
      return Buffer.from(step.data)
        .toString()
        .replace(/^r=[^,]+/, '')
    }
    for (const name of ['m1', 'c', 'm3', 'nobody', 'x'.repeat(300)]) {
      assert.match(asked(name), /^,s=[\w+/]{22}==,i=(4096|600000)$/)
      assert.equal(asked(name), asked(name))
    }
  })

  test('many conversations at once are no more guesses than a few', () => {
    const gate = new Gate()
    const guesses = Array.from({ length: 50 }, () => gate.scram(new ScramClient('m1', 'wrong')))
    const right = gate.scram(new ScramClient('m1', 'right'))
    const codes = guesses.map((guess) => {
      const step = guess()
      return step.kind === 'refused' ? step.code : 0
    })
    assert.equal(codes.filter((code) => code === 0x86).length, limits.loginFailures)
    assert.equal(codes.filter((code) => code === 0x9f).length, 50 - limits.loginFailures)
    assert.deepEqual(right(), { kind: 'refused', code: 0x9f })
    gate.nowMs += limits.loginWaitMsMax
    assert.equal(gate.scramLogin('m1', 'right'), 'm1')
  })

  test('what is no SCRAM is refused with a reason, and is no guess; other methods are not there', () => {
    const gate = new Gate()
    const stranger = { clientId: '', remote: 'a:1', certificate: undefined, userName: undefined }
    const exchange = gate.gatekeeper.exchange(stranger, 'SCRAM-SHA-256')
    assert.deepEqual(exchange?.step(Buffer.from('m1')), {
      kind: 'refused',
      code: 0x87,
      why: 'SCRAM: the first message has no GS2 header',
    })
    assert.equal(gate.throttle.failed, 0)
    assert.equal(gate.gatekeeper.exchange(stranger, 'SCRAM-SHA-1'), undefined)
    const open = new Gate('access: { anonymous: true }\n')
    assert.equal(open.gatekeeper.exchange(stranger, 'SCRAM-SHA-256'), undefined)
  })

  test('who came in by it stays for as long as the device store says so', () => {
    const gate = new Gate()
    const step = gate.scram(new ScramClient('m1', 'right'))()
    assert.ok(step.kind === 'admitted')
    assert.equal(gate.gatekeeper.standing(step.identity), 0)
    gate.secret('m1', { changedMs: 2 })
    assert.equal(gate.gatekeeper.standing(step.identity), 0x98)
    gate.secret('m1', { revokedMs: 3 })
    assert.equal(gate.gatekeeper.standing(step.identity), 0x87)
  })
})

test('whose role says that it is outside is, by name and not by address', async () => {
  const gate = new Gate()
  for (const [name, isOut] of [
    ['bridge', true],
    ['c', false],
    ['m1', false],
  ] as const) {
    const verdict = await gate.login(name, 'right')
    assert.ok(typeof verdict === 'object', name)
    assert.equal(isOutsider(verdict), isOut, name)
  }
  assert.ok(!isOutsider(undefined) && !isOutsider({ name: 'bridge' }))
})
