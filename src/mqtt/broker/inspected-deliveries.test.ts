import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Inspector } from '../ports.ts'
import { deliveryOf } from '../session/delivery.ts'
import type { Message } from '../session/message.ts'
import { InspectedDeliveries } from './inspected-deliveries.ts'

function messageOn(topic: string): Message {
  const payload = Buffer.from('x')
  return {
    topic,
    payload,
    qos: 1,
    retain: false,
    properties: {},
    expiresMs: Infinity,
    publisher: '',
  }
}

/** Answers when a test says so. */
class Stand implements Inspector {
  readonly answers = new Map<string, (message: Message | undefined) => void>()
  readonly sent: string[] = []
  readonly withheld: number[] = []
  settled = 0
  isOpen = true
  readonly deliveries: InspectedDeliveries<number> = new InspectedDeliveries(this, {
    isOpen: () => this.isOpen,
    passed: ({ message }, packetId, nowMs) =>
      this.sent.push(`${packetId} ${message.topic} ${nowMs}`),
    withheld: (_, packetId) => this.withheld.push(packetId),
    settled: () => this.settled++,
  })

  mayPass({ topic }: Message): boolean {
    return topic !== 'never'
  }

  inspect({ topic }: Message, passed: (message: Message | undefined, nowMs: number) => void): void {
    this.answers.set(topic, (message) => passed(message, 7))
  }

  take(topic: string, packetId: number): void {
    const terms = [{ qos: 1, retainAsPublished: false, subscriptionId: 0 }] as const
    this.deliveries.take(deliveryOf(messageOn(topic), terms, 'live'), packetId)
  }

  answer(topic: string, message: Message | undefined): void {
    this.answers.get(topic)?.(message)
  }
}

test('what is looked at goes out in its order, as it was let through', () => {
  const stand = new Stand()
  stand.take('a', 1)
  stand.take('b', 2)
  stand.take('c', 3)
  stand.answer('c', messageOn('c'))
  stand.answer('b', undefined)
  assert.deepEqual([stand.sent, stand.withheld], [[], []])
  assert.ok(stand.deliveries.bytes > 0)
  stand.answer('a', messageOn('other'))
  assert.deepEqual(stand.sent, ['1 other 7', '3 c 7'])
  assert.deepEqual(stand.withheld, [2])
  assert.equal(stand.deliveries.bytes, 0)
  assert.equal(stand.settled, 3)
})

test('what is never let through is not looked at', () => {
  const stand = new Stand()
  stand.take('never', 1)
  assert.deepEqual([stand.withheld, stand.answers.size, stand.settled], [[1], 0, 0])
})

test('on a connection that has ended nothing is sent, and nothing given up', () => {
  const stand = new Stand()
  stand.take('a', 1)
  stand.take('b', 2)
  stand.isOpen = false
  stand.answer('a', messageOn('a'))
  stand.answer('b', undefined)
  assert.deepEqual([stand.sent, stand.withheld, stand.settled], [[], [], 0])
  assert.equal(stand.deliveries.bytes, 0)
})
