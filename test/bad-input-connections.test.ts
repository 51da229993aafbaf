import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type Socket, connect as connectSocket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { limits } from '../src/core/limits.ts'
import { connect, pingreq, publish, subscribe } from '../src/mqtt/broker/client-packets.test.ts'
import { underAttack } from './mqtt/good-client.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Wire } from './mqtt/wire.ts'

const MEGABYTES = 150
const IDLE = 10_000
const PER_ADDRESS = 2000
const READING = '{"values":{"voltage.a":230}}'

/** What one process may open here; Node has raised it as far as the system lets it. */
function fileLimit(): number {
  try {
    const found = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return found === undefined ? Infinity : Number(found)
  } catch {
    return Infinity
  }
}

function needsFiles(files: number): { skip: string | false } {
  if (process.platform !== 'linux') return { skip: 'needs more addresses than one' }
  const there = fileLimit()
  return { skip: there < files ? `needs ${files} open files, ulimit -n allows ${there}` : false }
}

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start()))
after(() => edge[Symbol.asyncDispose]())

/** Sockets that say nothing, from so many addresses that none brings too many; ended ones are taken out of the set. Stops early where the system gives no more. */
async function openIdle(count: number, open: Set<Socket>): Promise<void> {
  for (let started = 0; started < count; started += 200) {
    const address = edge.mqttFrom(2 + Math.floor(started / PER_ADDRESS))
    const batch = Array.from({ length: 200 }, () => {
      const socket = connectSocket(address)
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      return new Promise<void>((resolve) => {
        socket.once('connect', () => resolve())
        socket.once('error', () => resolve())
      })
    })
    await Promise.all(batch)
  }
}

describe('bad input: connections', () => {
  test(
    '10,000 idle connections: the oldest make room, devices come in and are served',
    needsFiles(4000),
    async () => {
      const open = new Set<Socket>()
      await underAttack(edge, { megabytes: MEGABYTES }, async () => {
        try {
          await openIdle(IDLE, open)
          using device = await Wire.enter(edge.mqtt, 'device')
          device.send(publish('grid/device/readings', READING, { id: 1 }))
          assert.equal(await device.line(), 'PUBACK 1')
          for (let wait = 0; open.size > limits.strangers && wait < 100; wait++)
            await setTimeout(50)
          const metrics = await edge.metrics()
          assert.ok((metrics.get('busbar_mqtt_strangers') ?? 0) <= limits.strangers)
          assert.ok(open.size <= limits.strangers, `${open.size} are open`)
          const [total = 0, strangers = 0, clients = 0] = [
            'busbar_mqtt_connections_total',
            'busbar_mqtt_strangers',
            'busbar_mqtt_clients',
          ].map((name) => metrics.get(name))
          const dropped = metrics.get('busbar_mqtt_strangers_dropped_total')
          assert.equal(dropped, total - strangers - clients)
        } finally {
          for (const socket of open) socket.destroy()
        }
      })
    },
  )

  test(
    'more clients than may be: the last are told so, the first stay',
    needsFiles(5000),
    async () => {
      const wires: Wire[] = []
      try {
        for (let started = 0; started < limits.connections; started += 256) {
          const batch = Array.from({ length: 256 }, (_, n) =>
            Wire.enter(edge.mqttFrom(20), `client-${started + n}`),
          )
          wires.push(...(await Promise.all(batch)))
        }
        using late = await Wire.open(edge.mqtt)
        late.send(connect('late'))
        assert.deepEqual(await late.ending(), ['CONNACK 89', 'end'])
        wires[0]?.send(publish('grid/device/readings', READING, { id: 9 }))
        assert.equal(await wires[0]?.line(), 'PUBACK 9')
        assert.ok(edge.grownMb() < MEGABYTES, `${edge.grownMb()} MB`)
      } finally {
        for (const wire of wires) wire[Symbol.dispose]()
      }
      for (let wait = 0; wait < 100; wait++) {
        if ((await edge.metrics()).get('busbar_mqtt_clients') === 0) return
        await setTimeout(50)
      }
      assert.fail('clients that went are still counted')
    },
  )

  test('a byte every 100 ms: nobody waits for the slow ones', async () => {
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      const hello = connect('slow')
      const wires = await Promise.all(Array.from({ length: 50 }, () => Wire.open(edge.mqtt)))
      using client = await Wire.enter(edge.mqtt, 'slow-client')
      const message = publish('grid/slow/readings', READING, { id: 1 })
      for (let at = 0; at < 15; at++) {
        for (const wire of wires) wire.send(hello.subarray(at, at + 1))
        client.send(message.subarray(at, at + 1))
        await setTimeout(100)
      }
      for (const wire of wires) assert.equal(wire.isClosed, false)
      client.send(message.subarray(15))
      assert.equal(await client.line(), 'PUBACK 1')
      for (const wire of wires) wire[Symbol.dispose]()
    })
  })

  test('connections that are reset at every stage', async () => {
    const stages: readonly Buffer[] = [
      Buffer.alloc(0),
      connect('reset').subarray(0, 7),
      connect('reset'),
      Buffer.concat([connect('reset', { keepAlive: 1 }), subscribe({ '#': 2 })]),
      Buffer.concat([connect('reset'), publish('grid/reset/readings', READING, { id: 1 })]),
      Buffer.concat([
        connect('reset', { will: { topic: 'will', payload: 'x', qos: 1, retain: true } }),
        ...Array.from({ length: 500 }, (_, id) =>
          publish('grid/reset/readings', READING, { id: id + 1, qos: 1 + (id % 2) }),
        ),
        publish('grid/reset/readings', READING, { id: 900 }).subarray(0, 20),
      ]),
    ]
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      for (let round = 0; round < 30; round++) {
        for (const bytes of stages) {
          const wire = await Wire.open(edge.mqtt)
          if (bytes.length > 0) await wire.flush(bytes)
          if (round % 3 === 0) await setTimeout(1)
          if (round % 2 === 0) wire.reset()
          else wire[Symbol.dispose]()
        }
      }
    })
    const metrics = await edge.metrics()
    assert.equal(metrics.get('busbar_mqtt_unfinished_bytes'), 0)
  })

  test('a flood of connections that come in and leave at once', async () => {
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      for (let round = 0; round < 20; round++) {
        const wires = await Promise.all(
          Array.from({ length: 50 }, (_, n) => Wire.enter(edge.mqtt, `flood-${n}`)),
        )
        for (const wire of wires) {
          wire.send(pingreq)
          wire.reset()
        }
      }
    })
  })
})
