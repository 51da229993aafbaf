import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type IConnackPacket, connect as connectMqttJs } from 'mqtt'
import { limits } from '../src/core/limits.ts'
import { CHOSEN, hashPassword } from '../src/core/password-hash.ts'
import { ScramClient } from '../src/edge/access/scram-client.test.ts'
import { CHOSEN_ITERATIONS, scramVerifier } from '../src/edge/access/scram-verifier.ts'
import {
  auth,
  connect,
  pingreq,
  property,
  publish,
} from '../src/mqtt/broker/client-packets.test.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Wire } from './mqtt/wire.ts'

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
devices: [{ id: 'm{1..9}', kind: meter }]
roles: [{ name: r, publish: ['plans/#'] }]
clients:
  - name: scada
    role: r
    passwordHash: '${hashPassword(Buffer.from('chosen'), CHOSEN)}'
    scram: '${scramVerifier('chosen', CHOSEN_ITERATIONS)}'
`
const METHOD = property.method('SCRAM-SHA-256')

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start(SITE)))
after(async () => edge[Symbol.asyncDispose]())

/** What `busbar device` prints, beside the running edge. */
async function device(words: readonly string[], input = ''): Promise<string> {
  const data = ['--data', join(edge.directory, 'data')]
  const child = spawn(process.execPath, [MAIN, 'device', ...words, ...data], { stdio: 'pipe' })
  child.stdin.end(input)
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  assert.equal(code, 0, errors)
  return output.trim()
}

/** The data of AUTH or CONNACK. */
function dataOf(line: string): string {
  return / method=SCRAM-SHA-256 data=(\S*)/.exec(line)?.[1] ?? ''
}

/** CONNECT with the first message, and what the server answers. */
async function begin(
  client: ScramClient,
  clientId = '',
): Promise<{ readonly wire: Wire; readonly asked: string }> {
  const wire = await Wire.open(edge.mqtt)
  wire.send(connect(clientId, { properties: [METHOD, property.data(client.first())] }))
  return { wire, asked: await wire.line() }
}

/** Goes on with the last message, and returns what ends it: CONNACK, or AUTH. */
async function finish(wire: Wire, client: ScramClient, asked: string): Promise<string> {
  wire.send(auth(0x18, METHOD, property.data(client.final(dataOf(asked)))))
  return wire.line()
}

async function login(name: string, password: string, clientId = ''): Promise<Wire> {
  const client = new ScramClient(name, password)
  const { wire, asked } = await begin(client, clientId)
  assert.ok(asked.startsWith('AUTH 18 method=SCRAM-SHA-256 '), asked)
  const connack = await finish(wire, client, asked)
  assert.ok(connack.startsWith('CONNACK 00 method=SCRAM-SHA-256 '), connack)
  assert.ok(client.isServer(dataOf(connack)), 'the server has proved itself')
  return wire
}

/** The line that turns it away. */
async function refused(name: string, password: string, clientId = ''): Promise<string> {
  const client = new ScramClient(name, password)
  const { wire, asked } = await begin(client, clientId)
  const line = await finish(wire, client, asked)
  assert.equal(await wire.line(), 'end')
  return line
}

async function authenticateAgain(wire: Wire, name: string, password: string): Promise<string> {
  const client = new ScramClient(name, password)
  wire.send(auth(0x19, METHOD, property.data(client.first())))
  const answer = await finish(wire, client, await wire.line())
  if (answer.startsWith('AUTH 00')) assert.ok(client.isServer(dataOf(answer)))
  return answer
}

describe('SCRAM over the wire', () => {
  test('a device comes in by its secret, which nobody on the way has seen', async () => {
    const secret = await device(['add', 'm1'])
    using wire = await login('m1', secret, 'm1')
    wire.send(publish('grid/m1/readings', '{"values":{"voltage.a":230}}', { id: 1 }))
    wire.send(publish('grid/m2/readings', '{"values":{"voltage.a":230}}', { id: 2 }))
    assert.deepEqual(await wire.next(2), ['PUBACK 1', 'PUBACK 2 87'])
    assert.equal(await refused('m1', `${secret}x`), 'CONNACK 86')
    assert.equal(await refused('m2', secret), 'CONNACK 86')
    assert.equal(await refused('nobody', secret), 'CONNACK 86')
    assert.equal(await refused('m1', secret, 'm2'), 'CONNACK 87')
  })

  test('a client of the site file as well, by what busbar device hash printed', async () => {
    using wire = await login('scada', 'chosen')
    wire.send(publish('plans/read', '', { id: 1 }))
    assert.equal(await wire.line(), 'PUBACK 1')
    const [hash = '', scram = ''] = (await device(['hash'], 'a password\n')).split('\n')
    assert.match(hash, /^\$argon2id\$/)
    assert.match(scram, /^SCRAM-SHA-256\$600000:[\w+/]{22}==\$[\w+/]{43}=:[\w+/]{43}=$/)
    assert.doesNotMatch(await device(['hash'], 'Schlüssel\n'), /SCRAM/)
  })

  test('MQTT.js comes in and knows the server by its signature', async () => {
    const secret = await device(['add', 'm2'])
    const scram = new ScramClient('m2', secret)
    const method = { authenticationMethod: 'SCRAM-SHA-256' }
    const client = connectMqttJs(edge.url, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      properties: { ...method, authenticationData: Buffer.from(scram.first()) },
    })
    client.handleAuth = ({ properties }, done) => {
      const answer = scram.final(String(properties?.authenticationData))
      const more = { ...method, authenticationData: Buffer.from(answer) }
      done(undefined, { cmd: 'auth', reasonCode: 0x18, properties: more })
    }
    const { properties } = await new Promise<IConnackPacket>((resolve, reject) => {
      client.once('connect', resolve).once('error', reject)
    })
    assert.ok(scram.isServer(String(properties?.authenticationData)))
    await client.endAsync()
  })

  test('guesses are slowed like passwords, and many at once are no more', async () => {
    const secret = await device(['add', 'm3'])
    const guesses = Array.from({ length: 12 }, () => refused('m3', 'guess'))
    const lines = await Promise.all(guesses)
    const tried = lines.filter((line) => line === 'CONNACK 86').length
    assert.ok(tried >= 1 && tried <= limits.loginFailures, `${tried} were tried`)
    assert.ok(lines.every((line) => line === 'CONNACK 86' || line === 'CONNACK 9f'))
    assert.equal(await refused('m3', secret), 'CONNACK 9f')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    ;(await login('m3', secret))[Symbol.dispose]()
  })
})

describe('a client that is in and authenticates again', () => {
  test('stays until its secret is replaced or taken away', async () => {
    const old = await device(['add', 'm4'])
    using wire = await login('m4', old, 'm4')
    for (let time = 0; time < 2; time++) {
      const answer = await authenticateAgain(wire, 'm4', old)
      assert.match(answer, /^AUTH 00 method=SCRAM-SHA-256 data=v=/)
    }
    wire.send(pingreq)
    assert.equal(await wire.line(), 'PINGRESP')
    const secret = await device(['rotate', 'm4'])
    assert.deepEqual(await wire.ending(), ['DISCONNECT 98', 'end'])
    assert.equal(await refused('m4', old), 'CONNACK 86')
    using newer = await login('m4', secret, 'm4')
    await device(['revoke', 'm4'])
    assert.deepEqual(await newer.ending(), ['DISCONNECT 87', 'end'])
    assert.equal(await refused('m4', secret), 'CONNACK 86')
  })

  test('as another, or with a wrong secret, is parted from', async () => {
    const five = await device(['add', 'm5'])
    const six = await device(['add', 'm6'])
    using other = await login('m5', five)
    assert.equal(await authenticateAgain(other, 'm6', six), 'DISCONNECT 87')
    assert.equal(await other.line(), 'end')
    using wrong = await login('m5', five)
    assert.equal(await authenticateAgain(wrong, 'm5', six), 'DISCONNECT 87')
    assert.equal(await wrong.line(), 'end')
  })
})

describe('whoever means harm', () => {
  test('learns nothing about names, and is told which rule it broke', async () => {
    const facts = async (name: string): Promise<string> => {
      const { wire, asked } = await begin(new ScramClient(name, ''))
      wire.reset()
      return dataOf(asked).replace(/^r=[^,]+/, '')
    }
    for (const name of ['scada', 'm9', 'nobody']) {
      assert.match(await facts(name), /^,s=[\w+/]{22}==,i=(4096|600000)$/)
      assert.equal(await facts(name), await facts(name))
    }
    for (const first of ['', 'm1', 'p=tls-unique,,n=m1,r=x', 'n,a=m2,n=m1,r=x', 'x'.repeat(5000)]) {
      using wire = await Wire.open(edge.mqtt)
      wire.send(connect('', { properties: [METHOD, property.data(first)] }))
      assert.deepEqual(await wire.ending(), ['CONNACK 87', 'end'])
    }
    for (const name of ['SCRAM-SHA-1', 'PLAIN', '']) {
      using wire = await Wire.open(edge.mqtt)
      wire.send(connect('', { properties: [property.method(name), property.data('n,,n=m1,r=x')] }))
      assert.deepEqual(await wire.ending(), ['CONNACK 8c', 'end'])
    }
  })

  test('comes in by no packet but AUTH, and by no message of another conversation', async () => {
    const secret = await device(['add', 'm7'])
    for (const packet of [pingreq, publish('grid/m7/readings', 'x'), connect('m7'), auth(0x18)]) {
      const { wire } = await begin(new ScramClient('m7', secret))
      wire.send(packet)
      assert.deepEqual(await wire.ending(), ['end'])
    }
    const client = new ScramClient('m7', secret)
    const { wire: overheard, asked } = await begin(client)
    const final = auth(0x18, METHOD, property.data(client.final(dataOf(asked))))
    overheard.send(final)
    assert.match(await overheard.line(), /^CONNACK 00/)
    const { wire: replay } = await begin(new ScramClient('m7', secret))
    replay.send(final)
    assert.deepEqual(await replay.ending(), ['CONNACK 87', 'end'])
    overheard[Symbol.dispose]()
    assert.equal(await edge.account('m7'), undefined)
  })

  test('leaves logins half open, and keeps nobody out', async () => {
    const secret = await device(['add', 'm8'])
    const will = { topic: 'grid/m8/state', payload: 'x'.repeat(limits.willBytes) }
    const first = new ScramClient('m8', '').first()
    const half = connect('', { will, properties: [METHOD, property.data(first)] })
    const wires = await Promise.all(
      Array.from({ length: limits.strangers + 50 }, async () => Wire.open(edge.mqtt)),
    )
    for (const wire of wires) wire.send(half)
    await wires.at(-1)?.line()
    ;(await login('m8', secret, 'm8'))[Symbol.dispose]()
    assert.ok(edge.grownMb() < 150, `the edge grew by ${Math.round(edge.grownMb())} MB`)
    for (const wire of wires) wire.reset()
  })
})

test('an anonymous site has no method: it asks nobody', async () => {
  await using open = await TestedEdge.start(
    `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\naccess: { anonymous: true }\n`,
  )
  using wire = await Wire.open(open.mqtt)
  wire.send(connect('', { properties: [METHOD, property.data('n,,n=m1,r=x')] }))
  assert.deepEqual(await wire.ending(), ['CONNACK 8c', 'end'])
})
