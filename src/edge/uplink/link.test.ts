import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { uplink } from '../site/uplink.ts'
import { Link } from './link.ts'

/** CONNACK with a keep alive of one second. */
const WELCOME = Buffer.from('2006000003130001', 'hex')

/** CONNACK, SUBACK, and then nothing. */
function answerTo(packet: Buffer): Buffer {
  if (packet[0] === 0x10) return WELCOME
  return packet[0] === 0x82
    ? Buffer.from([0x90, 4, packet[2] ?? 0, packet[3] ?? 0, 0, 1])
    : Buffer.alloc(0)
}

test('a link that falls silent with messages in flight is lost once, and the edge goes on', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (packet: Buffer) => socket.write(answerTo(packet)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const lost: string[] = []
  let connections = 0
  const gone = Promise.withResolvers<void>()
  const link = new Link('s1', uplink.parse({ url: `mqtt://127.0.0.1:${port}` }), {
    connected: () => {
      connections++
      for (const stream of ['events', 'aggregates', 'own-events'])
        link.send(`uplink/v1/s1/${stream}`, Uint8Array.of(1))
    },
    lost: (why) => {
      lost.push(why)
      gone.resolve()
    },
    acknowledgement: () => {},
  })
  link.open()
  await gone.promise
  await new Promise((resolve) => {
    setTimeout(resolve, 50)
  })
  assert.deepEqual([connections, lost.length], [1, 1])
  assert.notEqual(lost[0], '')
  server.close()
})
