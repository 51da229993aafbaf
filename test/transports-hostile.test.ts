import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type Socket, connect as connectSocket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import type { Address } from '../src/core/address.ts'
import { limits } from '../src/core/limits.ts'
import { connect, pingreq, publish, subscribe } from '../src/mqtt/broker/client-packets.test.ts'
import { frame } from '../src/mqtt/transport/web-socket/client-frames.test.ts'
import { underAttack } from './mqtt/good-client.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Wire } from './mqtt/wire.ts'
import { Certificates } from './transports/certificates.ts'
import { siteWith } from './transports/site.ts'

const skip = Certificates.skip
const MEGABYTES = 200
const READING = '{"values":{"voltage.a":230}}'
const UPGRADE =
  'GET /mqtt HTTP/1.1\r\nHost: edge\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n'

let certificates: Certificates
let edge: TestedEdge
before(async () => {
  if (skip !== false) return
  certificates = new Certificates()
  certificates.issue('edge')
  const files = `certificate: ${certificates.path('edge.pem')}, key: ${certificates.path('edge.key')}`
  edge = await TestedEdge.start(siteWith({ tls: files, webSocket: '' }), 2)
})
after(async () => {
  if (skip !== false) return
  await edge[Symbol.asyncDispose]()
  certificates[Symbol.dispose]()
})

async function open(address: Address): Promise<Socket> {
  const socket = connectSocket({ ...address, noDelay: true })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function openTls(): Promise<Socket> {
  const socket = connectTls({ ...edge.listener('tls'), ca: certificates.read('ca.pem') })
  await once(socket, 'secureConnect')
  return socket
}

/** Everything up to the end of the connection. */
async function heard(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}

function hex(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('hex')
}

async function metric(name: string): Promise<number> {
  return (await edge.metrics()).get(name) ?? 0
}

async function openWebSocket(): Promise<Socket> {
  const socket = await open(edge.listener('webSocket'))
  socket.write(UPGRADE)
  const [head] = (await once(socket, 'data')) as [Buffer]
  assert.match(head.toString('latin1'), /^HTTP\/1\.1 101 [^]*\r\n\r\n$/)
  return socket
}

describe('hostile bytes', { skip }, () => {
  test('of any kind, on each listener', async () => {
    const bytes: readonly Buffer[] = [
      Buffer.from([0]),
      Buffer.alloc(100_000, 0xff),
      randomBytes(1000),
      Buffer.from('160301ffff', 'hex'),
      Buffer.from('16030100050100000100', 'hex'),
      connect('plain'),
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Buffer.from(`GET /mqtt HTTP/1.1\r\n${'x: y\r\n'.repeat(10_000)}\r\n`),
      Buffer.from(UPGRADE.replace('mqtt\r\n\r\n', 'chat\r\n\r\n')),
      Buffer.from(UPGRADE.replace('Host: edge', 'Host: edge\r\nOrigin: https://evil.example')),
      Buffer.concat([Buffer.from(UPGRADE), connect('raw')]),
      Buffer.concat([Buffer.from(UPGRADE), frame('x', { opcode: 1 })]),
      Buffer.concat([Buffer.from(UPGRADE), frame(connect('a')), frame(randomBytes(500))]),
      Buffer.concat([Buffer.from(UPGRADE), frame(randomBytes(500))]),
    ]
    const failed = await metric('busbar_mqtt_handshakes_failed_total')
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      for (const address of [edge.listener('tls'), edge.listener('webSocket'), edge.mqtt]) {
        for (const each of bytes) {
          const socket = await open(address)
          socket.end(each)
          await heard(socket)
        }
      }
      for (const each of bytes) {
        const socket = await openTls()
        socket.on('error', () => {})
        socket.end(each)
        await heard(socket)
      }
    })
    assert.ok((await metric('busbar_mqtt_handshakes_failed_total')) - failed >= bytes.length)
    assert.equal(await metric('busbar_mqtt_handshakes'), 0)
  })

  test('a request that is no upgrade, and one from a page elsewhere, are told so', async () => {
    const ask = async (text: string): Promise<string> => {
      const socket = await open(edge.listener('webSocket'))
      socket.write(text)
      return heard(socket)
    }
    assert.match(await ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 426 /)
    assert.match(await ask('no HTTP\r\n\r\n'), /^HTTP\/1\.1 400 /)
    const foreign = UPGRADE.replace('Host: edge', 'Host: edge\r\nOrigin: https://evil.example')
    assert.match(await ask(foreign), /^HTTP\/1\.1 403 /)
    assert.match(await ask(UPGRADE.replace('/mqtt', '/')), /^HTTP\/1\.1 404 /)
  })
})

describe('WebSocket', { skip }, () => {
  test('packets span frames and share them, and what is written right behind the request counts', async () => {
    const socket = await open(edge.listener('webSocket'))
    const bytes = Buffer.concat([
      connect('spread'),
      publish('grid/spread/readings', READING, { id: 7 }),
      pingreq,
    ])
    const frames = [...bytes.subarray(0, 30)].map((byte) => frame(Buffer.from([byte])))
    socket.write(Buffer.concat([Buffer.from(UPGRADE), ...frames, frame(bytes.subarray(30))]))
    await setTimeout(300)
    socket.write(frame(Buffer.from([0xe0, 0])))
    const answer = await heard(socket)
    const [, after = ''] = answer.split('\r\n\r\n', 2)
    assert.match(after, /^\x82[^]\x20/)
    assert.match(hex(after), /40..0007/, 'PUBACK')
    assert.ok(after.includes('\x82\x02\xd0\x00'))
    assert.ok(after.endsWith('\x88\x02\x03\xe8'), 'a closing frame')
    assert.equal((await edge.account('spread'))?.stored, 1)
  })

  test('a fault is answered with a reason of MQTT and one of WebSocket', async () => {
    const socket = await openWebSocket()
    socket.write(Buffer.concat([frame(connect('faulty')), frame('x', { opcode: 1 })]))
    // DISCONNECT 0x82 (protocol error), then a closing frame with 1003 (unsupported data).
    assert.match(hex(await heard(socket)), /e0..82.*880203eb$/)
  })

  test('a closing frame is answered', async () => {
    const socket = await openWebSocket()
    socket.write(frame(Buffer.from([0x03, 0xe9]), { opcode: 8 }))
    assert.equal(await heard(socket), '\x88\x02\x03\xe9')
  })

  test('a client that does not read its messages or its pongs is paused, then closed', async () => {
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      const deaf = await openWebSocket()
      deaf.write(Buffer.concat([frame(connect('deaf')), frame(subscribe({ '#': 0 }))]))
      await setTimeout(100)
      deaf.pause()
      const pings = Buffer.concat(
        Array.from({ length: 1000 }, () => frame('x'.repeat(100), { opcode: 9 })),
      )
      for (let sent = 0; sent < 200; sent++) deaf.write(pings)
      using speaker = await Wire.enter(edge.mqtt, 'speaker')
      for (let sent = 0; sent < 200; sent++) speaker.send(publish('news', Buffer.alloc(100_000)))
      await setTimeout(500)
      assert.ok(deaf.writableLength > 0, 'the edge reads no more of it')
      deaf.destroy()
    })
  })
})

describe('handshakes', { skip }, () => {
  test('slow ones hold up nobody and end in time', async () => {
    const length = 50
    const dropped = await metric('busbar_mqtt_handshakes_dropped_total')
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      const startedMs = performance.now()
      const sockets = await Promise.all(
        Array.from({ length }, async (_, n) =>
          open(edge.listener(n % 2 === 0 ? 'tls' : 'webSocket')),
        ),
      )
      for (const [n, socket] of sockets.entries()) socket.write(n % 2 === 0 ? '\x16' : 'G')
      const device = await openTls()
      const wire = Wire.over(device)
      wire.send(connect('quick'), publish('grid/quick/readings', READING, { id: 1 }))
      assert.match((await wire.next(2)).at(-1) ?? '', /^PUBACK 1/)
      assert.equal(await metric('busbar_mqtt_handshakes'), length)
      await Promise.all(sockets.map(heard))
      const tookMs = performance.now() - startedMs
      assert.ok(tookMs > limits.handshakeMs - 100 && tookMs < limits.handshakeMs + 4000)
      device.destroy()
    })
    assert.equal((await metric('busbar_mqtt_handshakes_dropped_total')) - dropped, length)
  })

  test('where too many wait, the oldest make room', async () => {
    const dropped = await metric('busbar_mqtt_handshakes_dropped_total')
    const sockets: Socket[] = []
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      for (let opened = 0; opened < limits.handshakes + 200; opened += 100) {
        const batch = Array.from({ length: 100 }, async () => open(edge.listener('tls')))
        sockets.push(...(await Promise.all(batch)))
      }
      const wire = Wire.over(await openTls())
      wire.send(connect('welcome'))
      assert.match(await wire.line(), /^CONNACK 00/)
      assert.ok((await metric('busbar_mqtt_handshakes')) <= limits.handshakes)
      wire.socket.destroy()
    })
    assert.ok((await metric('busbar_mqtt_handshakes_dropped_total')) - dropped >= 200)
    for (const socket of sockets) socket.destroy()
  })
})

describe('many', { skip }, () => {
  test('1,000 devices over TLS', async () => {
    const wires: Wire[] = []
    const startedMs = performance.now()
    for (let opened = 0; opened < 1000; opened += 50) {
      const batch = Array.from({ length: 50 }, async (_, n) => {
        const wire = Wire.over(await openTls())
        wire.send(connect(`tls-${opened + n}`))
        assert.match(await wire.line(), /^CONNACK 00/)
        return wire
      })
      wires.push(...(await Promise.all(batch)))
    }
    const connectedMs = performance.now() - startedMs
    assert.ok((await metric('busbar_mqtt_clients')) >= 1000)
    for (const [n, wire] of wires.entries()) {
      wire.send(publish(`grid/tls-${n}/readings`, READING, { id: 1 }))
    }
    for (const wire of wires) assert.match(await wire.line(), /^PUBACK 1/)
    if (process.env['BUSBAR_TEST_FIGURES'] !== undefined) {
      console.log(`# ${Math.round(connectedMs)} ms, grew by ${Math.round(edge.grownMb())} MB`)
    }
    assert.ok(edge.grownMb() < MEGABYTES, `it grew by ${edge.grownMb()} MB`)
    for (const wire of wires) wire.socket.destroy()
  })
})
