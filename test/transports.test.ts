import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type SecureVersion, connect as connectTls } from 'node:tls'
import { type IClientOptions, type MqttClient, connect } from 'mqtt'
import { formatAddress } from '../src/core/address.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Certificates } from './transports/certificates.ts'
import { siteWith } from './transports/site.ts'

const skip = Certificates.skip
/** MQTT.js hands on to TLS what it does not know. */
type Options = IClientOptions & { readonly maxVersion?: SecureVersion }
const READING = '{"ts":1764000000000,"values":{"voltage.a":230}}'

let certificates: Certificates
/** `tls` as it comes, and WebSocket in the clear. */
let plain: TestedEdge
/** TLS 1.2, with a client certificate if there is one; WebSocket over TLS, only with one. */
let strict: TestedEdge

before(async () => {
  if (skip !== false) return
  certificates = new Certificates()
  certificates.issue('edge')
  certificates.issue('meter', { subject: '/CN=meter-1' })
  certificates.foreignCa('foreign')
  certificates.issue('stranger', { subject: '/CN=meter-1', ca: 'foreign' })
  const files = `certificate: ${certificates.path('edge.pem')}, key: ${certificates.path('edge.key')}`
  const clientCa = `clientCa: ${certificates.path('ca.pem')}`
  plain = await TestedEdge.start(siteWith({ tls: files, webSocket: '' }), 2)
  const listeners = {
    tls: `${files}, ${clientCa}, minimumVersion: TLSv1.2, clientCertificates: optional`,
    webSocket: `${files}, ${clientCa}, clientCertificates: required`,
  }
  strict = await TestedEdge.start(siteWith(listeners), 2)
})

after(async () => {
  if (skip !== false) return
  await plain[Symbol.asyncDispose]()
  await strict[Symbol.asyncDispose]()
  certificates[Symbol.dispose]()
})

function url(scheme: 'mqtts' | 'ws' | 'wss', edge: TestedEdge): string {
  const name = scheme === 'mqtts' ? 'tls' : 'webSocket'
  const path = scheme === 'mqtts' ? '' : '/mqtt'
  return `${scheme}://${formatAddress(edge.listener(name))}${path}`
}

/** What MQTT.js gives to TLS; `name` is the client's own certificate. */
function trust(name?: string): IClientOptions {
  const own = name === undefined ? [] : ([`${name}.pem`, `${name}.key`] as const)
  const [cert, key] = own.map((file) => certificates.read(file))
  return { ca: certificates.read('ca.pem'), ...(cert === undefined ? {} : { cert, key }) }
}

/** Throws where the connection ends before CONNACK, whatever ends it. */
async function enter(where: string, options: Options): Promise<MqttClient> {
  const client = connect(where, { protocolVersion: 5, reconnectPeriod: 0, ...options })
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.on('error', reject)
      client.once('close', () => reject(new Error('closed')))
    })
  } catch (cause) {
    client.end(true)
    throw cause
  }
  return client
}

/** A reading is stored, a message of 200 kB goes round and comes back. */
async function tryOut(edge: TestedEdge, where: string, options: Options): Promise<void> {
  const clientId = `${new URL(where).protocol.slice(0, -1)}-${options.cert === undefined ? 'open' : 'own'}`
  const client = await enter(where, { clientId, ...options })
  await client.publishAsync(`grid/${clientId}/readings`, READING, { qos: 1 })
  assert.equal((await edge.account(clientId))?.stored, 1)
  await client.subscribeAsync(`round/${clientId}`, { qos: 1 })
  const large = Buffer.alloc(200_000, clientId)
  const back = new Promise<Buffer>((resolve) =>
    client.once('message', (_, payload) => resolve(payload)),
  )
  await client.publishAsync(`round/${clientId}`, large, { qos: 1 })
  assert.deepEqual(await back, large)
  await client.endAsync()
}

const turnedAway = async (where: string, options: Options): Promise<void> => {
  await assert.rejects(enter(where, options).then(async (client) => client.endAsync(true)))
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; !(await done()); waitedMs += 50) {
    assert.ok(waitedMs < 10_000, 'it did not happen in time')
    await setTimeout(50)
  }
}

describe('MQTT.js over every transport', { skip }, () => {
  test('tls', async () => tryOut(plain, url('mqtts', plain), trust()))
  test('ws', async () => tryOut(plain, url('ws', plain), {}))
  test('tls, 1.2 by setting, without a certificate', async () =>
    tryOut(strict, url('mqtts', strict), { ...trust(), maxVersion: 'TLSv1.2' }))
  test('tls, with a certificate', async () => tryOut(strict, url('mqtts', strict), trust('meter')))
  test('wss, with the certificate that is required', async () =>
    tryOut(strict, url('wss', strict), trust('meter')))
})

describe('who is turned away', { skip }, () => {
  test('TLS 1.2 where it is not set', async () => {
    await turnedAway(url('mqtts', plain), { ...trust(), maxVersion: 'TLSv1.2' })
  })

  test('a certificate of another CA, though none is required', async () => {
    await turnedAway(url('mqtts', strict), trust('stranger'))
    await turnedAway(url('mqtts', strict), { ...trust('stranger'), maxVersion: 'TLSv1.2' })
  })

  test('none where one is required, or one of another CA', async () => {
    await turnedAway(url('wss', strict), trust())
    await turnedAway(url('wss', strict), trust('stranger'))
  })

  test('the wrong protocol: TCP at TLS, TLS at TCP, WebSocket at TLS', async () => {
    await turnedAway(`mqtt://${formatAddress(plain.listener('tls'))}`, {})
    await turnedAway(`mqtts://${formatAddress(plain.mqtt)}`, trust())
    await turnedAway(`ws://${formatAddress(plain.listener('tls'))}/mqtt`, {})
    await turnedAway(`mqtt://${formatAddress(plain.listener('webSocket'))}`, {})
    await turnedAway(`ws://${formatAddress(plain.listener('webSocket'))}/other`, {})
    await turnedAway(`ws://${formatAddress(strict.listener('webSocket'))}/mqtt`, {})
  })

  test('all of them are counted, and nothing stays behind', async () => {
    for (const edge of [plain, strict]) {
      await until(async () => (await edge.metrics()).get('busbar_mqtt_handshakes') === 0)
      const metrics = await edge.metrics()
      assert.ok((metrics.get('busbar_mqtt_handshakes_failed_total') ?? 0) >= 3)
    }
    const metrics = await plain.metrics()
    assert.ok((metrics.get('busbar_mqtt_protocol_errors_total') ?? 0) >= 1, 'TLS at TCP')
  })
})

describe('a session that is resumed', { skip }, () => {
  test('is not taken for a certificate that nobody showed', async () => {
    const { port } = strict.listener('tls')
    const options = { host: '127.0.0.1', port, ca: certificates.read('ca.pem') }
    const first = connectTls(options)
    const session = await new Promise<Buffer>((resolve, reject) => {
      first.once('session', resolve).once('error', reject)
    })
    first.destroy()
    const second = connectTls({ ...options, session })
    await new Promise((resolve, reject) => {
      second.once('secureConnect', resolve as () => void).once('error', reject)
    })
    assert.equal(second.isSessionReused(), true)
    second.destroy()
  })
})

describe('a certificate that is replaced', { skip }, () => {
  /** As certbot does: written beside, then moved. */
  const install = (name: string): void => {
    for (const end of ['pem', 'key']) {
      writeFileSync(certificates.path(`new.${end}`), certificates.read(`${name}.${end}`))
      renameSync(certificates.path(`new.${end}`), certificates.path(`served.${end}`))
    }
  }

  async function serialOf(edge: TestedEdge, listener = 'tls'): Promise<string> {
    const { port } = edge.listener(listener)
    const socket = connectTls({ host: '127.0.0.1', port, ca: certificates.read('ca.pem') })
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve as () => void).once('error', reject)
    })
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }

  test('serves from then on, a bad one does not, and nobody is thrown out', async () => {
    certificates.issue('second')
    install('edge')
    const files = `certificate: ${certificates.path('served.pem')}, key: ${certificates.path('served.key')}`
    await using edge = await TestedEdge.start(siteWith({ tls: files, webSocket: files }), 2)
    const before = await serialOf(edge)
    const client = await enter(url('mqtts', edge), { clientId: 'long', ...trust() })
    let ends = 0
    let said = ''
    client.on('close', () => ends++)

    install('second')
    await until(async () => (await serialOf(edge)) !== before)
    const second = await serialOf(edge)
    await until(async () => (await serialOf(edge, 'webSocket')) === second)
    await client.publishAsync('grid/long/readings', READING, { qos: 1 })
    await turnedAway(url('mqtts', edge), { ...trust(), maxVersion: 'TLSv1.2' })

    writeFileSync(certificates.path('served.pem'), certificates.read('edge.pem'))
    await until(async () => (await edge.health()).status !== 'ok')
    const [problem = ''] = (await edge.health()).problems
    assert.match(
      problem,
      /^A new certificate is not used: \S+served\.pem, \S+ cannot be used \(.+\)/,
    )
    await until(async () => (await edge.health()).problems.length === 2)
    const stays = /^(?:busbar: \S+served\.pem, .+; the certificate in use stays\n){2}$/
    await until(async () => stays.test((said += edge.takeErrors())))
    assert.equal(await serialOf(edge), second)

    install('edge')
    await until(async () => (await edge.health()).status === 'ok')
    said = ''
    const again = /^(?:busbar: \S+served\.pem: in use again\n){2}$/
    await until(async () => again.test((said += edge.takeErrors())))
    assert.equal(await serialOf(edge), before)
    const expiry = 'busbar_mqtt_certificate_expiry_seconds{listener="tls"}'
    const days = ((await edge.metrics()).get(expiry) ?? 0) / 86_400 - Date.now() / 86_400_000
    assert.ok(days > 1 && days < 2, `it ends in ${days} days`)
    assert.equal(ends, 0)
    await client.endAsync()
  })

  test('that is bad at the start is said there', async () => {
    const files = `certificate: ${certificates.path('edge.pem')}, key: ${certificates.path('meter.key')}`
    await assert.rejects(
      TestedEdge.start(siteWith({ tls: files }), 1),
      /edge\.pem, .+ cannot be used/,
    )
    const missing = files.replace('edge.pem', 'nothing.pem')
    await assert.rejects(
      TestedEdge.start(siteWith({ tls: missing }), 1),
      /nothing\.pem: no such file/,
    )
  })
})
