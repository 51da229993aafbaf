import assert from 'node:assert/strict'
import { pbkdf2Sync } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { limits } from '../../core/limits.ts'
import { ScramClient } from './scram-client.test.ts'
import {
  CHOSEN_ITERATIONS,
  GENERATED_ITERATIONS,
  type ScramVerifier,
  decoyVerifier,
  hmac,
  parseVerifier,
  scramVerifier,
  sha256,
} from './scram-verifier.ts'
import { ScramServer, type ScramStep } from './scram.ts'

/** RFC 7677, section 3: user, pencil. */
const RFC = {
  salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
  nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst:
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  final:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
} as const

function verifierOf(password: string): ScramVerifier {
  const salt = Buffer.from(RFC.salt, 'base64')
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256')
  const storedKey = sha256(hmac(salted, 'Client Key'))
  return { iterations: 4096, salt, storedKey, serverKey: hmac(salted, 'Server Key') }
}

const PENCIL = verifierOf('pencil')

function server(verifier = PENCIL): ScramServer {
  return new ScramServer(RFC.nonce, () => verifier)
}

/** What it says, or how it ends. */
function said(step: ScramStep): string {
  switch (step.kind) {
    case 'continue':
    case 'right':
      return step.data.toString()
    case 'wrong':
      return `wrong ${step.name}`
    case 'malformed':
      return step.why
  }
}

function talk(scram: ScramServer, client: ScramClient): string {
  const answer = said(scram.step(Buffer.from(client.first())))
  return said(scram.step(Buffer.from(client.final(answer))))
}

describe('a conversation of SCRAM-SHA-256', () => {
  test('is that of RFC 7677, to the byte', () => {
    const scram = server()
    assert.equal(said(scram.step(Buffer.from(RFC.first))), RFC.serverFirst)
    assert.equal(said(scram.step(Buffer.from(RFC.final))), RFC.serverFinal)
    const client = new ScramClient('user', 'pencil')
    assert.equal(client.final(RFC.serverFirst), RFC.final)
    assert.ok(client.isServer(RFC.serverFinal))
  })

  test('takes a client that would bind a channel if we did, and a name for itself', () => {
    for (const header of ['y,,', 'n,a=user,', 'y,a=user,']) {
      const client = new ScramClient('user', 'pencil', { header })
      assert.ok(client.isServer(talk(server(), client)), header)
    }
    const escaped = new ScramClient('a=2Cb=3Dc', 'other')
    assert.equal(talk(server(), escaped), 'wrong a,b=c')
  })

  test('takes nobody with another password, nonce, header or proof', () => {
    assert.equal(talk(server(), new ScramClient('user', 'pencils')), 'wrong user')
    assert.equal(talk(server(verifierOf('other')), new ScramClient('user', 'pencil')), 'wrong user')
    for (const [from, to, answer] of [
      ['c=biws', 'c=eSws', 'another GS2 header'],
      ['c=biws', 'c=biw', 'another GS2 header'],
      ['$k0', '$k1', 'another nonce'],
      ['r=rOpr', 'r=rOpR', 'another nonce'],
      ['p=dHzb', 'p=dHzc', 'wrong user'],
      [',p=dHzb', ',x=1,p=dHzb', 'wrong user'],
      [',p=dHzb', ',p=', 'no binding, nonce and proof'],
      ['c=biws,', '', 'no binding, nonce and proof'],
      ['=', '', 'no binding, nonce and proof'],
    ] as const) {
      const scram = server()
      scram.step(Buffer.from(RFC.first))
      const ending = said(scram.step(Buffer.from(RFC.final.replace(from, to))))
      assert.ok(ending.includes(answer), `${from} to ${to}: ${ending}`)
    }
  })

  test('says what is wrong with a first message', () => {
    for (const [first, why] of [
      ['', 'no GS2 header'],
      ['n=user,r=abc', 'no GS2 header'],
      ['x,,n=user,r=abc', 'no GS2 header'],
      ['p=tls-unique,,n=user,r=abc', 'channel binding is not supported'],
      ['n,a=other,n=user,r=abc', 'nobody may act for another'],
      ['n,a=,n=user,r=abc', 'no GS2 header'],
      ['n,,m=1,n=user,r=abc', 'a mandatory extension'],
      ['n,,n=,r=abc', 'no user name and nonce'],
      ['n,,n=user', 'no user name and nonce'],
      ['n,,n=user,r=', 'no user name and nonce'],
      ['n,,n=user,r=a b', 'no user name and nonce'],
      ['n,,n=us=er,r=abc', 'no user name and nonce'],
      ['n,,n=us\0er,r=abc', 'no user name and nonce'],
      ['n,,n=user,r=abc,x', 'no user name and nonce'],
      [`n,,n=user,r=${'a'.repeat(limits.scramMessageBytes)}`, 'too long'],
    ] as const) {
      const ending = said(server().step(Buffer.from(first)))
      assert.ok(ending.startsWith('SCRAM: ') && ending.includes(why), `${first}: ${ending}`)
    }
    assert.match(said(server().step(Buffer.from([0x6e, 0xff]))), /not UTF-8/)
    assert.equal(server().step(Buffer.from('n,,n=user,r=abc,x=later')).kind, 'continue')
  })

  test('whatever a client says, it is answered and nobody is let in by chance', () => {
    const messages = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .array(fc.constantFrom('n,,', 'p=', 'c=biws', ',', 'n=user', 'r=', 'a', '=', ',p=', '\0'))
        .map((parts) => Buffer.from(parts.join(''))),
    )
    fc.assert(
      fc.property(messages, messages, (one, two) => {
        const scram = server()
        if (scram.step(one).kind === 'continue') assert.notEqual(scram.step(two).kind, 'right')
        const opened = server()
        opened.step(Buffer.from(RFC.first))
        assert.notEqual(opened.step(two).kind, 'right')
      }),
    )
  })
})

describe('a verifier', () => {
  test('is read as it was written, and fits the password', () => {
    const text = scramVerifier('pencil', GENERATED_ITERATIONS)
    assert.match(text ?? '', /^SCRAM-SHA-256\$4096:[\w+/]{22}==\$[\w+/]{43}=:[\w+/]{43}=$/)
    const verifier = parseVerifier(text ?? '')
    const client = new ScramClient('user', 'pencil')
    assert.ok(client.isServer(talk(server(verifier), client)))
    assert.equal(scramVerifier('Schlüssel', GENERATED_ITERATIONS), undefined)
    assert.equal(scramVerifier('', GENERATED_ITERATIONS), undefined)
  })

  test('in another form is none', () => {
    const text = scramVerifier('pencil', GENERATED_ITERATIONS) ?? ''
    for (const [from, to] of [
      ['SCRAM-SHA-256', 'SCRAM-SHA-1'],
      ['4096', '4095'],
      ['4096', '1000001'],
      ['==$', '$'],
      ['=:', ':'],
      ['$4096', ''],
    ] as const) {
      assert.equal(parseVerifier(text.replace(from, to)), undefined, `${from} to ${to}`)
    }
    assert.equal(parseVerifier(''), undefined)
  })

  test('of a name that has none looks like one, and is always the same', () => {
    const key = Buffer.alloc(32, 1)
    const names = Array.from({ length: 64 }, (_, at) => `m${at}`)
    const decoys = names.map((name) => decoyVerifier(name, key))
    const rounds = new Set(decoys.map(({ iterations }) => iterations))
    assert.deepEqual(rounds, new Set([GENERATED_ITERATIONS, CHOSEN_ITERATIONS]))
    const salts = decoys.map(({ salt }) => Buffer.from(salt).toString('hex'))
    assert.equal(new Set(salts).size, names.length)
    assert.ok(salts.every((salt) => salt.length === 32))
    assert.deepEqual(decoyVerifier('m1', key), decoys[1])
    assert.notDeepEqual(decoyVerifier('m1', Buffer.alloc(32, 2)), decoys[1])
  })
})
