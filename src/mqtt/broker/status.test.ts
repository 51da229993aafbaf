import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { publish, subscribe, unsubscribe } from './client-packets.test.ts'
import { Stand } from './stand.test.ts'
import { statusTopics } from './status.ts'

/** `topic value` of messages on `$SYS`, and whether they came as retained ones. */
function told(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of lines) {
    const match = /^PUBLISH \$SYS\/broker\/(\S+) '(.*)' q0( retain)? format=1$/.exec(line)
    assert.ok(match !== null, line)
    found.set(match[1] ?? '', `${match[2]}${match[3] ?? ''}`)
  }
  return found
}

describe('$SYS', () => {
  test('is told at once to whoever subscribes, and every ten seconds from then on', () => {
    const stand = new Stand()
    stand.pass(90)
    const watcher = stand.enter('watcher')
    stand.enter('speaker').send(publish('a', 'x'))
    watcher.send(subscribe({ '$SYS/#': 0 }))
    const [suback, ...first] = watcher.heard()
    assert.equal(suback, 'SUBACK 1 00')
    const figures = told(first)
    assert.equal(figures.size, statusTopics.length)
    assert.match(figures.get('version') ?? '', /^busbar \d+\.\d+\.\d+ retain$/)
    assert.equal(figures.get('clients/connected'), '2 retain')
    assert.equal(figures.get('messages/received'), '1 retain')
    stand.pass(9)
    assert.deepEqual(watcher.heard(), [])
    stand.pass(1)
    const later = told(watcher.heard())
    assert.equal(later.get('uptime'), '10 seconds')
    assert.equal(later.get('messages/sent'), String(statusTopics.length))
    stand.pass(30)
    assert.equal(watcher.heard().length, 3 * statusTopics.length)
  })

  test('is told nobody who did not ask for it, and costs nothing then', () => {
    const stand = new Stand()
    const all = stand.enter('all')
    all.send(subscribe({ '#': 0, '+/broker/uptime': 0 }))
    stand.pass(100)
    assert.deepEqual(all.heard(), ['SUBACK 1 00 00'])
    assert.equal(stand.broker.router.retainedCount, 0)
    const one = stand.enter('one')
    one.send(subscribe({ '$SYS/broker/clients/+': 0 }))
    assert.deepEqual([...told(one.heard().slice(1)).keys()], ['clients/connected', 'clients/total'])
    one.send(unsubscribe(['$SYS/broker/clients/+']))
    stand.pass(100)
    assert.deepEqual(one.heard(), ['UNSUBACK 1 00'])
    one.send(subscribe({ '$SYS/broker/uptime': 0 }))
    assert.equal(told(one.heard().slice(1)).get('uptime'), '200 seconds retain')
  })

  test('is made at most every ten seconds, however often it is asked for', () => {
    const stand = new Stand()
    const watcher = stand.enter('watcher')
    for (const expected of ['0', '0', '0']) {
      watcher.send(subscribe({ '$SYS/broker/uptime': 0 }))
      assert.equal(told(watcher.heard().slice(1)).get('uptime'), `${expected} seconds retain`)
      stand.pass(3)
    }
  })

  test('is the server\u2019s alone', () => {
    const stand = new Stand()
    const client = stand.enter('client')
    client.send(publish('$SYS/broker/version', 'mine', { id: 1, retain: true }))
    assert.deepEqual(client.heard(), ['PUBACK 1 87'])
  })

  test('is shared like anything else', () => {
    const stand = new Stand()
    const watcher = stand.enter('watcher')
    watcher.send(subscribe({ '$share/g/$SYS/broker/uptime': 0 }))
    stand.pass(20)
    assert.equal(watcher.heard().length, 3)
  })
})
