import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seededRandom } from '../src/core/random.ts'
import { CONNECT, DISCONNECT, PUBLISH, ScriptedBroker, publish } from './pod/scripted-broker.ts'
import { RUNTIMES, TestedPod } from './pod/tested-pod.ts'

const SETTINGS = { PROCESSOR_SETTINGS: '{"high-load":{"limitW":5000}}' }
const HIGH = '{"ts":1000,"values":{"power.active":6000}}'
const MALFORMED = 0x81
const PROTOCOL_ERROR = 0x82
const RECEIVE_MAXIMUM_EXCEEDED = 0x93

/** What a broker that means harm sends to a client that has subscribed, and the reason with which it is left. */
const AFTER_SUBACK: readonly [string, string, number][] = [
  ['no type', '0000', MALFORMED],
  ['a length of five bytes', '30ffffffff7f', MALFORMED],
  ['a packet larger than was allowed', '30ffffff7f', MALFORMED],
  ['a PUBLISH of QoS 2', '34050001610001', MALFORMED],
  ['a PUBLISH of QoS 3', '36050001610001', MALFORMED],
  ['a PUBLISH without an identifier', '3206000161000000', MALFORMED],
  ['a PUBLISH that is empty', '3000', MALFORMED],
  ['a topic longer than its packet', '3003ffff61', MALFORMED],
  ['properties longer than their packet', '300400016105', MALFORMED],
  ['properties of a length of five bytes', '300800016180808080 01', MALFORMED],
  ['a property that nobody knows', '30060001610204 00', MALFORMED],
  ['a property that reaches into the payload', '3008000161020200000000', MALFORMED],
  ['a text property longer than its packet', '3008000161040 3ffff00', MALFORMED],
  ['a topic alias', '3007000161 03230001', MALFORMED],
  ['a PUBACK of nothing', '40020001', PROTOCOL_ERROR],
  ['a PUBACK of identifier 0', '40020000', PROTOCOL_ERROR],
  ['a PUBACK of the last identifier', '4002ffff', PROTOCOL_ERROR],
  ['half a PUBACK', '400100', MALFORMED],
  ['a PUBACK with flags', '4f020001', MALFORMED],
  ['a second CONNACK', '2003000000', PROTOCOL_ERROR],
  ['a second SUBACK', '9004ffff0001', PROTOCOL_ERROR],
  ['a PINGRESP with something in it', 'd00100', MALFORMED],
  ['a PUBREC', '50020001', PROTOCOL_ERROR],
  ['a CONNECT', '10020000', PROTOCOL_ERROR],
  ['an AUTH', 'f000', PROTOCOL_ERROR],
]

/** Instead of a CONNACK. */
const AFTER_CONNECT: readonly [string, string][] = [
  ['a PUBLISH', publish('grid/m1/readings', HIGH).toString('hex')],
  ['half a CONNACK', '200100'],
  ['a CONNACK that resumes what was to be forgotten', '2003010000'],
  ['a CONNACK that lets nothing be sent', '20060000 03210000'],
  ['a CONNACK with properties longer than it', '2003000009'],
  ['a SUBACK', '9004ffff0001'],
  ['a CONNACK of a broker that is busy', '2003008900'],
]

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}

for (const { runtime, skip } of RUNTIMES) {
  describe(`under ${runtime}, a broker that means harm`, { skip }, () => {
    test('is left with a reason after SUBACK, and joined again', async () => {
      await using broker = await ScriptedBroker.start()
      await using pod = await TestedPod.start(runtime, broker.port, SETTINGS)
      for (const [what, hex, reason] of AFTER_SUBACK) {
        await broker.welcome()
        broker.send(bytesOf(hex))
        const { body } = await broker.next(DISCONNECT)
        assert.deepEqual([...body], [reason], what)
      }
      await broker.welcome()
      assert.ok(pod.isRunning)
    })

    test('is left before CONNACK, and joined again', async () => {
      await using broker = await ScriptedBroker.start()
      await using pod = await TestedPod.start(runtime, broker.port, SETTINGS)
      for (const [what, hex] of AFTER_CONNECT) {
        await broker.next(CONNECT)
        broker.send(bytesOf(hex))
        if (!what.includes('busy')) await broker.next(DISCONNECT)
        // A connection in between that does some work, or the pauses would grow.
        await broker.welcome()
        broker.send(publish('grid/m1/readings', HIGH, 1))
        assert.notEqual(await broker.any(10_000), undefined)
        broker.drop()
      }
      await broker.welcome()
      assert.ok(pod.isRunning)
    })

    test('that sends more than it may without an acknowledgement is left', async () => {
      await using broker = await ScriptedBroker.start()
      await using _pod = await TestedPod.start(runtime, broker.port, SETTINGS)
      await broker.welcome()
      // The first has a result, which is never acknowledged, so none of them is.
      for (let id = 1; id <= 1025; id++) broker.send(publish('grid/m1/readings', HIGH, id))
      await broker.next(PUBLISH)
      assert.deepEqual([...(await broker.next(DISCONNECT)).body], [RECEIVE_MAXIMUM_EXCEEDED])
    })

    test('that acknowledges no results costs messages of QoS 0, which are counted, and no more memory', async () => {
      await using broker = await ScriptedBroker.start()
      await using pod = await TestedPod.start(runtime, broker.port, SETTINGS)
      await broker.welcome()
      const low = '{"ts":2000,"values":{"power.active":1}}'
      // Each pair has two results; 8,192 may wait.
      for (let pair = 0; pair < 5000; pair++)
        broker.send(publish('grid/m1/readings', `[${HIGH},${low}]`))
      const long = publish('grid/m1/readings', `${' '.repeat(100_000)}${low}`)
      for (let sent = 0; sent < 800; sent++) broker.send(long)
      // It reads on until it may not grow, and then makes room.
      await broker.flushed()
      broker.drop()
      await pod.says(/counts .* overrun=[1-9]/)
      await broker.welcome()
      await broker.next(PUBLISH)
      assert.ok(pod.isRunning)
    })

    test('cannot end it with bytes of any kind', async () => {
      const random = seededRandom(7)
      const below = (bound: number): number => Math.floor(random() * bound)
      const whole = [publish('grid/m1/readings', HIGH, 1), publish('grid/m2/readings', `[${HIGH}]`)]
      await using broker = await ScriptedBroker.start()
      await using pod = await TestedPod.start(runtime, broker.port, SETTINGS)
      for (let attack = 0; attack < 30; attack++) {
        await broker.welcome()
        for (let count = 0; count < 20; count++) {
          const packet = Buffer.from(whole[below(2)] ?? '')
          for (let damage = below(4); damage > 0; damage--)
            packet[below(packet.length)] = below(256)
          broker.send(packet)
        }
        // It leaves, or waits for the rest of a packet whose length was damaged.
        for (
          let packet = await broker.any(200);
          packet !== undefined;
          packet = await broker.any(200)
        )
          if (packet.type === DISCONNECT) break
        assert.ok(pod.isRunning, pod.said)
        broker.drop()
      }
      await broker.welcome()
      assert.ok(pod.isRunning)
    })

    test('topics and names of any kind are counted, not followed', async () => {
      await using broker = await ScriptedBroker.start()
      await using pod = await TestedPod.start(runtime, broker.port, SETTINGS)
      await broker.welcome()
      const topics = ['grid//readings', 'grid/readings', 'grid/a b/readings', 'grid/+/readings', '']
      const long = `grid/${'m'.repeat(129)}/readings`
      for (const topic of [...topics, long, 'grid/a/b/readings', 'grid/m1/reading', 'x'])
        broker.send(publish(topic, HIGH))
      const names = ['', 'x'.repeat(65), 'tab\\t', 'ünïcode', '__proto__', '\\u0000']
      for (const name of names) broker.send(publish('grid/m1/readings', `{"values":{"${name}":1}}`))
      broker.send(publish('grid/m1/readings', `${'['.repeat(5000)}`))
      broker.send(publish('grid/m1/readings', HIGH))
      await broker.next(PUBLISH)
      broker.drop()
      await pod.says(/counts messages=17 readings=1 unread=6 refused=10 /)
    })
  })
}
