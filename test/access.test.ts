import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type IClientOptions, type MqttClient, connect } from 'mqtt'
import { formatAddress } from '../src/core/address.ts'
import { CHOSEN, hashPassword } from '../src/core/password-hash.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Certificates } from './transports/certificates.ts'

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
devices: [{ id: 'm{1..9}', kind: meter }]
roles:
  - { name: operator, publish: ['grid/+/commands/#'], command: ['m7'], subscribe: ['grid/#', '$SYS/broker/#'] }
clients:
  - { name: scada, role: operator, passwordHash: '${hashPassword(Buffer.from('chosen'), CHOSEN)}' }
`

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start(SITE)))
after(async () => edge[Symbol.asyncDispose]())

interface Ending {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** `busbar device`, beside the running edge. */
async function run(words: readonly string[], input = ''): Promise<Ending> {
  const data = ['--data', join(edge.directory, 'data')]
  const child = spawn(process.execPath, [MAIN, 'device', ...words, ...data], { stdio: 'pipe' })
  child.stdin.end(input)
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  return { code, output: output.trim(), errors }
}

/** What it prints, where all goes well. */
async function device(...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await run(words)
  assert.equal(code, 0, errors)
  return output
}

/** Let in: the client; refused: the reason code. */
async function enter(options: IClientOptions, url = edge.url): Promise<MqttClient | number> {
  const client = connect(url, { protocolVersion: 5, reconnectPeriod: 0, ...options })
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client))
    client.once('error', (error) => {
      if ('code' in error && typeof error.code === 'number') resolve(error.code)
      else reject(error)
    })
  })
}

async function admitted(options: IClientOptions, url = edge.url): Promise<MqttClient> {
  const client = await enter(options, url)
  if (typeof client === 'number') throw new Error(`refused with 0x${client.toString(16)}`)
  client.on('error', () => {})
  return client
}

/** 0, or the code of the PUBACK. */
async function publish(client: MqttClient, topic: string): Promise<number> {
  return new Promise((resolve, reject) => {
    client.publish(topic, '{"values":{"voltage.a":230}}', { qos: 1 }, (error) => {
      if (error === undefined || error === null) resolve(0)
      else if ('code' in error && typeof error.code === 'number') resolve(error.code)
      else reject(error)
    })
  })
}

/** The code of the SUBACK. */
async function subscribe(client: MqttClient, filter: string): Promise<number> {
  return new Promise((resolve, reject) => {
    client.subscribe(filter, { qos: 1 }, (error, granted, packet) => {
      const [code] = packet?.granted ?? []
      if (typeof code === 'number') resolve(code)
      else reject(error ?? new Error(`no SUBACK, ${granted?.length} granted`))
    })
  })
}

async function parted(client: MqttClient): Promise<number | undefined> {
  return new Promise((resolve) => {
    client.once('disconnect', ({ reasonCode }) => resolve(reasonCode))
  })
}

describe('who comes in', () => {
  test('with the secret of a device, not with another, not without', async () => {
    const password = await device('add', 'm1')
    const before = (await edge.metrics()).get('busbar_mqtt_logins_failed_total') ?? NaN
    const client = await admitted({ clientId: 'm1', username: 'm1', password })
    await client.endAsync()
    assert.equal(await enter({ username: 'm1', password: 'wrong' }), 0x86)
    assert.equal(await enter({ username: 'm2', password }), 0x86)
    assert.equal(await enter({ clientId: 'm1' }), 0x87)
    assert.equal(await enter({ username: 'm1' }), 0x87)
    assert.equal(await enter({ protocolVersion: 4, username: 'm1', password: 'wrong' }), 4)
    const failed = (await edge.metrics()).get('busbar_mqtt_logins_failed_total') ?? NaN
    assert.equal(failed - before, 3)
    await (await admitted({ protocolVersion: 4, username: 'm1', password })).endAsync()
    assert.match(await device('list'), /^m1 +active +since 20/m)
  })

  test('nobody takes the client id, or the session, of another', async () => {
    const password = await device('add', 'm3')
    assert.equal(await enter({ clientId: 'm4', username: 'm3', password }), 0x87)
    const first = await admitted({ clientId: 'shared', username: 'm3', password })
    const scada = { username: 'scada', password: 'chosen' }
    assert.equal(await enter({ clientId: 'shared', ...scada }), 0x85)
    await first.endAsync()
  })

  test('guesses are slowed, from this address in this name', async () => {
    const password = await device('add', 'm5')
    for (let guess = 0; guess < 5; guess++) {
      assert.equal(await enter({ username: 'm5', password: `guess ${guess}` }), 0x86)
    }
    assert.equal(await enter({ username: 'm5', password }), 0x9f)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await (await admitted({ username: 'm5', password })).endAsync()
  })
})

describe('what they may do', () => {
  test('a device: its own topics, its own commands', async () => {
    const password = await device('add', 'm6')
    const client = await admitted({ clientId: 'm6', username: 'm6', password })
    assert.equal(await publish(client, 'grid/m6/readings'), 0)
    assert.equal(await publish(client, 'grid/m7/readings'), 0x87)
    assert.equal(await publish(client, 'elsewhere'), 0x87)
    assert.equal(await subscribe(client, 'grid/m6/commands/#'), 1)
    assert.equal(await subscribe(client, '$share/g/grid/m6/commands/#'), 1)
    for (const filter of ['#', 'grid/+/commands/#', 'grid/m7/commands/#', '$share/g/#', '$SYS/#']) {
      assert.equal(await subscribe(client, filter), 0x87, filter)
    }
    await client.endAsync()
    const will = { topic: 'grid/m7/state', payload: 'gone', qos: 1, retain: false } as const
    assert.equal(await enter({ username: 'm6', password, will }), 0x87)
    assert.equal((await edge.account('m6'))?.stored, 1)
    assert.equal(await edge.account('m7'), undefined)
  })

  test('a client: what its role says; a command reaches the device', async () => {
    const password = await device('add', 'm7')
    const meter = await admitted({ clientId: '', username: 'm7', password })
    assert.equal(await subscribe(meter, 'grid/m7/commands/#'), 1)
    const scada = await admitted({ username: 'scada', password: 'chosen' })
    assert.equal(await subscribe(scada, 'grid/+/readings'), 1)
    assert.equal(await subscribe(scada, '#'), 0x87)
    assert.equal(await publish(scada, 'grid/m7/readings'), 0x87)
    const heard = new Promise((resolve) => meter.once('message', (topic) => resolve(topic)))
    // Past the audit nothing goes, whatever the role says.
    assert.equal(await publish(scada, 'grid/m7/commands/read-now'), 0x87)
    const order = '{"command":"read-now"}'
    await scada.publishAsync('edge/commands/m7', order, { qos: 1 })
    assert.equal(await heard, 'grid/m7/commands/read-now')
    await scada.publishAsync('edge/commands/m6', order, { qos: 1 })
    const sql = 'SELECT who, device, outcome FROM audit ORDER BY number'
    for (let wait = 0; edge.rows(sql).length < 2 && wait < 100; wait++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual(
      edge.rows(sql).map((row) => Object.values(row).join(' ')),
      ['scada m7 requested', 'scada m6 not-authorised'],
    )
    await Promise.all([meter.endAsync(), scada.endAsync()])
  })
})

describe('while they are connected', () => {
  test('a new secret parts from who came with the old one', async () => {
    const old = await device('add', 'm8')
    const client = await admitted({ clientId: 'm8', username: 'm8', password: old })
    const end = parted(client)
    const password = await device('rotate', 'm8')
    assert.equal(await end, 0x98)
    assert.equal(await enter({ username: 'm8', password: old }), 0x86)
    await (await admitted({ username: 'm8', password })).endAsync()
  })

  test('revoked is out, and stays out', async () => {
    const password = await device('add', 'm9')
    const client = await admitted({ clientId: 'm9', username: 'm9', password })
    const end = parted(client)
    await device('revoke', 'm9')
    assert.equal(await end, 0x87)
    assert.equal(await enter({ username: 'm9', password }), 0x86)
  })
})

test('a certificate is a device', { skip: Certificates.skip }, async () => {
  using certificates = new Certificates()
  certificates.issue('edge')
  certificates.issue('m1', { subject: '/CN=m1', altNames: '' })
  certificates.issue('m2', { subject: '/O=Grid', altNames: 'DNS:m2' })
  certificates.issue('other', { subject: '/CN=other', altNames: '' })
  const files = `certificate: ${certificates.path('edge.pem')}, key: ${certificates.path('edge.key')}`
  const asked = `clientCertificates: optional, clientCa: ${certificates.path('ca.pem')}`
  const listeners = `listeners: { tls: { address: 127.0.0.1:0, ${files}, ${asked} } }\n`
  await using tls = await TestedEdge.start(`${SITE}${listeners}`, 1)
  const url = `mqtts://${formatAddress(tls.listener('tls'))}`
  const by = (name: string): IClientOptions => ({
    ca: certificates.read('ca.pem'),
    cert: certificates.read(`${name}.pem`),
    key: certificates.read(`${name}.key`),
  })
  for (const [name, foreign] of [
    ['m1', 'm2'],
    ['m2', 'm1'],
  ] as const) {
    const client = await admitted(by(name), url)
    assert.equal(await publish(client, `grid/${name}/readings`), 0)
    assert.equal(await publish(client, `grid/${foreign}/readings`), 0x87)
    await client.endAsync()
    assert.equal(await enter({ ...by(name), clientId: foreign }, url), 0x87)
    assert.equal(await enter({ ...by(name), username: foreign }, url), 0x87)
  }
  assert.equal(await enter(by('other'), url), 0x87)
  assert.equal(await enter({ ca: certificates.read('ca.pem') }, url), 0x87)
})

test('an anonymous site asks nobody', async () => {
  await using open = await TestedEdge.start(
    `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\naccess: { anonymous: true }\n`,
  )
  const client = await admitted({ username: 'whoever', password: 'whatever' }, open.url)
  assert.equal(await publish(client, 'grid/any/readings'), 0)
  assert.equal(await publish(client, 'elsewhere'), 0x87)
  assert.equal(await subscribe(client, '#'), 1)
  await client.endAsync()
})

test('busbar device says what it cannot do, and answers programs', async () => {
  const added = JSON.parse(await device('add', 'd1', '--json')) as Record<string, string>
  assert.equal(added['device'], 'd1')
  assert.match(added['secret'] ?? '', /^[\w-]{43}$/)
  for (const [words, code, complaint] of [
    [['add', 'd1'], 1, /device d1 has a secret already\. busbar device rotate d1 replaces it/],
    [['rotate', 'd2'], 1, /device d2 has no secret to replace\. busbar device add d2/],
    [['add', 'a/b'], 2, /"a\/b" is no id/],
    [['add'], 2, /add ID, list, rotate ID, revoke ID or hash is needed/],
    [['list', 'd1'], 2, /is needed/],
    [['hash'], 1, /a password has 1 to 1024 bytes/],
  ] as const) {
    const ending = await run(words)
    assert.equal(ending.code, code, words.join(' '))
    assert.match(ending.errors, complaint)
  }
  await device('revoke', 'd1')
  const { devices } = JSON.parse(await device('list', '--json')) as {
    devices: readonly Record<string, string>[]
  }
  assert.equal(devices.find((each) => each['device'] === 'd1')?.['state'], 'revoked')
  const { output } = await run(['hash'], 'a password\n')
  assert.match(output, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
})
