import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { property, publish, subscribe, unsubscribe } from './client-packets.test.ts'
import { Stand } from './stand.test.ts'

const DEEP = Array.from({ length: limits.topicLevels + 1 }, () => 'x').join('/')

describe('SUBACK and UNSUBACK', () => {
  test('a reason for each filter, in its order', () => {
    const client = new Stand().enter('client')
    client.send(
      subscribe(
        { a: 0, '+/b': 1, '#': 2, 'a#': 0, 'a/#/b': 0, '': 0, '$share/g/a': 1, [DEEP]: 0 },
        { id: 513 },
      ),
    )
    assert.deepEqual(client.heard(), ['SUBACK 513 00 01 02 8f 8f 8f 01 8f'])
    client.send(unsubscribe(['a', 'a', 'none', '#'], { id: 9 }))
    assert.deepEqual(client.heard(), ['UNSUBACK 9 00 11 11 00'])
  })

  test('3.1.1 has one failure for all, and no reasons in UNSUBACK', () => {
    const client = new Stand().enter('client', { version: 4 })
    client.send(subscribe({ a: 2, 'a#': 0, '$share/g': 1 }, { version: 4 }))
    client.send(unsubscribe(['a', 'none'], { version: 4, id: 2 }))
    assert.deepEqual(client.heard(), ['SUBACK 1 02 80 80', 'UNSUBACK 2'])
  })

  test('what the gatekeeper does not allow', () => {
    const stand = new Stand()
    stand.gatekeeper.maySubscribe = (clientId, filter) => clientId === 'a' && filter !== 'secret'
    const client = stand.enter('a')
    client.send(subscribe({ open: 1, secret: 1 }))
    assert.deepEqual(client.heard(), ['SUBACK 1 01 87'])
    stand.enter('b').send(publish('secret', 'x'))
    assert.deepEqual(client.heard(), [])
  })

  test('as many subscriptions as a session may have, in one packet or in many', () => {
    const stand = new Stand()
    const most = limits.subscriptionsPerSession
    const filters = Object.fromEntries(Array.from({ length: most + 10 }, (_, n) => [`f/${n}`, 0]))
    const greedy = stand.enter('greedy')
    greedy.send(subscribe(filters))
    const codes = (greedy.heard()[0] ?? '').split(' ').slice(2)
    assert.deepEqual(codes, [...Array(most).fill('00'), ...Array(10).fill('97')])
    assert.equal(stand.broker.router.subscriptionCount, most)
    greedy.send(subscribe({ 'f/0': 2, more: 0 }))
    assert.deepEqual(greedy.heard(), ['SUBACK 1 02 97'])
    greedy.send(unsubscribe(['f/0']), subscribe({ more: 0 }, { id: 2 }))
    assert.deepEqual(greedy.heard(), ['UNSUBACK 1 00', 'SUBACK 2 00'])
  })

  test('as many as all sessions may have', () => {
    const stand = new Stand()
    const each = limits.subscriptionsPerSession
    const filters = Object.fromEntries(Array.from({ length: each }, (_, n) => [`f/${n}`, 0]))
    const bytes = subscribe(filters)
    for (let n = 0; n < limits.subscriptionsTotal / each; n++) stand.enter(`c${n}`).send(bytes)
    const late = stand.enter('late')
    late.send(subscribe({ a: 0 }))
    assert.deepEqual(late.heard(), ['SUBACK 1 97'])
  })

  test('deep ones are fewer, and make room again with their session', () => {
    const stand = new Stand()
    const { router } = stand.broker
    const depth = limits.topicLevels
    const deep = (n: number): string => `${n}${'/a'.repeat(depth - 1)}`
    const filters = Object.fromEntries(Array.from({ length: 256 }, (_, n) => [deep(n), 0]))
    const bytes = subscribe(filters)
    const enough = limits.subscriptionLevelsTotal / depth / 256
    const clients = Array.from({ length: enough }, (_, n) => stand.enter(`c${n}`))
    for (const client of clients) client.send(bytes, bytes)
    assert.equal(router.levelCount, limits.subscriptionLevelsTotal)
    const late = stand.enter('late')
    late.send(subscribe({ a: 0 }))
    assert.deepEqual(late.heard(), ['SUBACK 1 97'])
    clients[0]?.send(unsubscribe([deep(0), deep(0), 'none']))
    assert.equal(router.levelCount, limits.subscriptionLevelsTotal - depth)
    for (const client of clients) client.vanish()
    assert.equal(router.levelCount, 0)
    late.send(subscribe({ a: 0 }))
    assert.deepEqual(late.heard(), ['SUBACK 1 00'])
  })
})

describe('topic aliases', () => {
  test('belong to one connection, and may be set anew', () => {
    const stand = new Stand()
    const listener = stand.enter('listener')
    listener.send(subscribe({ '#': 0 }))
    listener.heard()
    const options = { clean: false, properties: [property.sessionExpiry(60)] }
    const client = stand.enter('client', options)
    const alias = { properties: [property.alias(limits.topicAliases)] }
    client.send(publish('a', '1', alias), publish('', '2', alias))
    client.send(publish('b', '3', alias), publish('', '4', alias))
    assert.deepEqual(listener.heard(), [
      `PUBLISH a '1' q0`,
      `PUBLISH a '2' q0`,
      `PUBLISH b '3' q0`,
      `PUBLISH b '4' q0`,
    ])
    client.vanish()
    const again = stand.enter('client', options)
    again.send(publish('', '5', alias))
    assert.deepEqual(again.heard(), ['DISCONNECT 82', 'end'])
  })
})
