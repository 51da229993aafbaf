import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Socket, connect as connectSocket } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Address } from '../../core/address.ts'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { connect, packet, pingreq, publish, subscribe } from '../broker/client-packets.test.ts'
import { readPackets } from '../broker/server-packets.test.ts'
import { Stand } from '../broker/stand.test.ts'
import { tcpServer } from './tcp.ts'
import { Transport } from './transport.ts'

const ANY: Address = { host: '127.0.0.1', port: 0 }
const HINT = 'Choose another address with --mqtt HOST:PORT.'

async function listening(): Promise<{ transport: Transport; address: Address; stand: Stand }> {
  const stand = new Stand()
  const transport = new Transport(stand.broker)
  return { transport, address: await transport.listen(tcpServer(transport), ANY, HINT), stand }
}

async function open(address: Address, ...packets: readonly Buffer[]): Promise<Socket> {
  const socket = connectSocket({ ...address })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(Buffer.concat(packets))
  return socket
}

/** All that comes until the connection ends. */
async function heard(socket: Socket): Promise<string[]> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'close')
  return readPackets(Buffer.concat(chunks), 5).lines.map((line) => line.slice(0, 13))
}

describe('TCP', () => {
  test('bytes in, bytes out', async () => {
    const { transport, address } = await listening()
    const socket = await open(address, connect('a'), subscribe({ a: 1 }), pingreq, packet(0xe0, 0))
    assert.deepEqual(await heard(socket), ['CONNACK 00 re', 'SUBACK 1 01', 'PINGRESP'])
    await transport.stop()
  })

  test('stop: everybody is told, and waited for no longer than is right', async () => {
    const { transport, address, stand } = await listening()
    const polite = await open(address, connect('polite'))
    const silent = await open(address)
    const deaf = await open(address, connect('deaf'), subscribe({ news: 0 }))
    deaf.pause()
    const speaker = await open(address, connect('speaker'))
    while (stand.broker.router.subscriptionCount === 0) await setTimeout(5)
    const news = publish('news', Buffer.alloc(100_000))
    for (let n = 0; n < 100; n++) speaker.write(news)
    while (stand.broker.router.counters.dropped === 0) await setTimeout(5)
    const hearing = heard(polite)
    const startedMs = performance.now()
    await transport.stop()
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs < limits.farewellMs + 400, `it took ${tookMs} ms`)
    assert.deepEqual(await hearing, ['CONNACK 00 re', 'DISCONNECT 8b'])
    for (const socket of [silent, deaf, speaker]) socket.destroy()
  })

  test('stop with nobody there is immediate, and before listening too', async () => {
    const startedMs = performance.now()
    const { transport } = await listening()
    await transport.stop()
    await new Transport(new Stand().broker).stop()
    assert.ok(performance.now() - startedMs < limits.farewellMs)
  })

  test('a port that is taken: which, and what to do', async () => {
    const { transport, address } = await listening()
    const { broker } = new Stand()
    const second = new Transport(broker)
    await assert.rejects(second.listen(tcpServer(second), address, HINT), (thrown) => {
      assert.ok(thrown instanceof GridError)
      assert.equal(thrown.code, 'address-in-use')
      assert.equal(thrown.message, `127.0.0.1:${address.port} is taken by another program`)
      assert.match(thrown.hint ?? '', /--mqtt HOST:PORT/)
      return true
    })
    await second.stop()
    await transport.stop()
  })

  test('the reason arrives although bytes that nobody reads are still coming', async () => {
    const { transport, address } = await listening()
    const bad = [connect('a'), packet(0x00), Buffer.alloc(2_000_000)]
    const socket = await open(address, ...bad)
    assert.deepEqual(await heard(socket), ['CONNACK 00 re', 'DISCONNECT 81'])
    await transport.stop()
  })

  test('who is parted from and does not read is not kept', async () => {
    const { transport, address, stand } = await listening()
    const deaf = await open(address, connect('deaf'), subscribe({ news: 0 }))
    deaf.pause()
    const speaker = await open(address, connect('speaker'))
    while (stand.broker.router.subscriptionCount === 0) await setTimeout(5)
    for (let n = 0; n < 100; n++) speaker.write(publish('news', Buffer.alloc(100_000)))
    while (stand.broker.router.counters.dropped === 0) await setTimeout(5)
    const second = await open(address, connect('deaf'))
    await setTimeout(limits.farewellMs + 200)
    for (const socket of [second, speaker]) socket.destroy()
    const startedMs = performance.now()
    await transport.stop()
    assert.ok(performance.now() - startedMs < limits.farewellMs / 2)
    deaf.destroy()
  })
})
