import assert from 'node:assert/strict'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { test } from 'node:test'
import type { Ledger } from './ledger.ts'
import { newPlan } from './plan.ts'
import { Simulation } from './simulation.ts'

const START = Date.UTC(2026, 0, 1)
const CONNACK = Buffer.of(0x20, 0x03, 0x00, 0x00, 0x00)
const CONNECT = 1
const PUBLISH = 3
const SUBSCRIBE = 8

/** What an edge answers to a publish, from the packet's first byte and the count of publishes before it. */
type Answer = { readonly kind: 'ack'; readonly reason: number } | { readonly kind: 'cut' }

/** A server in literal bytes: CONNACK to CONNECT, and what `answer` says to each PUBLISH. */
async function listen(answer: (flags: number, count: number) => Answer): Promise<Server> {
  let publishes = 0
  const server = createServer((socket) => {
    let waiting: Buffer = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes])
      for (let packet = cut(waiting); packet !== undefined; packet = cut(waiting)) {
        waiting = waiting.subarray(packet.length)
        reply(socket, packet)
      }
    })
  })
  const reply = (socket: Socket, packet: Buffer): void => {
    const flags = packet[0] ?? 0
    if (flags >> 4 === CONNECT) socket.write(CONNACK)
    if (flags >> 4 === SUBSCRIBE)
      socket.write(Buffer.of(0x90, 4, packet[2] ?? 0, packet[3] ?? 0, 0, 1))
    if (flags >> 4 !== PUBLISH || socket.destroyed) return
    const said = answer(flags, publishes++)
    if (said.kind === 'cut') socket.destroy()
    else {
      const start = packet.length - remaining(packet)
      const id = start + 2 + packet.readUInt16BE(start)
      socket.write(Buffer.of(0x40, 0x03, packet[id] ?? 0, packet[id + 1] ?? 0, said.reason))
    }
  }
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return server
}

/** The first whole packet; the length takes one or two bytes here. */
function cut(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 3) return undefined
  const length = remaining(bytes) + ((bytes[1] ?? 0) < 128 ? 2 : 3)
  return bytes.length < length ? undefined : bytes.subarray(0, length)
}

function remaining(packet: Buffer): number {
  const [, low = 0, high = 0] = packet
  return low < 128 ? low : (low & 127) + high * 128
}

async function run(server: Server, devices: number, messages: number): Promise<Ledger> {
  const { port } = server.address() as AddressInfo
  const simulation = new Simulation({
    seed: 1,
    isStormy: false,
    address: { host: '127.0.0.1', port },
    plan: newPlan({ startMs: START, messagesPerSecond: messages * 5, deviceCount: devices }),
    messages,
  })
  simulation.start()
  while (!simulation.finished) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
  await simulation.stop(5000)
  await new Promise((resolve) => {
    server.close(resolve)
  })
  assert.equal(simulation.progress.waiting, 0)
  return simulation.ledger(true)
}

test('two runs with one seed and start leave the same ledger', async () => {
  const ledgers = [1, 2].map(async () => {
    return run(await listen(() => ({ kind: 'ack', reason: 0 })), 7, 70)
  })
  const [one, two] = await Promise.all(ledgers)
  assert.deepEqual(one, two)
  const entries = Object.values(one?.devices ?? {})
  assert.deepEqual(
    entries.map(({ acknowledged }) => acknowledged),
    Array(7).fill(10),
  )
  assert.deepEqual(entries[0]?.samples, [[0, 9]])
})

test('a refusal is no acknowledgement, a warning below 0x80 is one', async () => {
  const reasons = [0x00, 0x10, 0x97, 0x00, 0x99, 0x10]
  const server = await listen((_, count) => ({ kind: 'ack', reason: reasons[count] ?? 0 }))
  const { devices } = await run(server, 1, 6)
  const entry = devices['t1-monitor']
  assert.equal(entry?.acknowledged, 4)
  assert.equal(entry?.refused, 2)
  assert.deepEqual(entry?.samples, [
    [0, 1],
    [3, 3],
    [5, 5],
  ])
})

test('what was on its way when the connection broke is sent again, marked as such, and counted once', async () => {
  const flags: number[] = []
  const server = await listen((first, count) => {
    flags.push(first)
    return count === 3 || count === 8 ? { kind: 'cut' } : { kind: 'ack', reason: 0 }
  })
  const { devices } = await run(server, 1, 20)
  const entry = devices['t1-monitor']
  assert.equal(entry?.sent, 20)
  assert.deepEqual(entry?.samples, [[0, 19]])
  const DUP = 0x08
  assert.ok((flags[3] ?? 0) < 0x38 && ((flags[4] ?? 0) & DUP) === DUP, flags.join())
})
