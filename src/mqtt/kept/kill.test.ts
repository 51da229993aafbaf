import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type ConnectOptions,
  disconnect,
  property,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  subscribe,
  unsubscribe,
} from '../broker/client-packets.test.ts'
import { KeptStand } from './kept-stand.test.ts'

const KEPT: ConnectOptions = { clean: false, properties: [property.sessionExpiry(600)] }

describe('after a kill', () => {
  test('a session is there with its subscriptions, and what was acknowledged waits for it', () => {
    const first = new KeptStand()
    const subscriber = first.stand.enter('s', KEPT)
    subscriber.send(subscribe({ note: 2 }))
    assert.equal(subscriber.connack, '') // It waits for the disk.
    first.commit()
    assert.match(String(subscriber.heard()), /^CONNACK 00[^,]*$/)
    first.commit()
    assert.deepEqual(subscriber.heard(), ['SUBACK 1 02'])
    subscriber.vanish()
    const speaker = first.enter('p')
    speaker.send(publish('note', 'a', { qos: 1, id: 1 }), publish('note', 'b', { qos: 2, id: 2 }))
    assert.deepEqual(speaker.heard(), [])
    first.commit()
    assert.deepEqual(speaker.heard(), ['PUBACK 1', 'PUBREC 2'])
    speaker.send(publish('note', 'never acknowledged', { qos: 1, id: 3 }))

    const second = first.kill()
    const again = second.enter('s', KEPT)
    assert.ok(again.connack.includes('present'), again.connack)
    assert.deepEqual(again.early, [`PUBLISH note 'a' q1 #1`])
    second.commit()
    assert.deepEqual(again.heard(), [`PUBLISH note 'b' q2 #2`])
    again.send(puback(1), pubrec(2))
    second.commit()
    assert.deepEqual(again.heard(), ['PUBREL 2'])
    again.send(pubcomp(2))
    second.commit()
    assert.deepEqual(
      [...second.disk.keys()].filter((key) => !/^(session|subscription)/.test(key)),
      [],
    )
  })

  test('QoS 2 goes on where it stopped, in both directions', () => {
    const first = new KeptStand()
    const client = first.enter('c', KEPT)
    client.send(subscribe({ note: 2 }), publish('note', 'x', { qos: 2, id: 7 }))
    first.commit()
    assert.deepEqual(client.heard(), ['SUBACK 1 02', `PUBLISH note 'x' q2 #1`, 'PUBREC 7'])
    client.send(pubrec(1))
    first.commit()
    assert.deepEqual(client.heard(), ['PUBREL 1'])

    const second = first.kill()
    const again = second.enter('c', KEPT)
    assert.deepEqual(again.early, ['PUBREL 1'])
    again.send(publish('note', 'x', { qos: 2, id: 7, dup: true }))
    second.commit()
    assert.deepEqual(again.heard(), ['PUBREC 7']) // It is not sent to the subscriber again.
    again.send(pubrel(7), pubcomp(1))
    second.commit()
    assert.deepEqual(again.heard(), ['PUBCOMP 7'])
    assert.deepEqual(second.kill().enter('c', KEPT).early, [])
  })

  test('retained messages are there, or gone where they were taken away', () => {
    const first = new KeptStand()
    const speaker = first.enter('p')
    const retain = (topic: string, text: string, id: number): Buffer =>
      publish(topic, text, { qos: 1, id, retain: true })
    speaker.send(retain('a', 'one', 1), retain('b', 'two', 2))
    first.commit()
    speaker.send(retain('a', '', 3))
    first.commit()
    assert.deepEqual(speaker.heard(), ['PUBACK 1', 'PUBACK 2', 'PUBACK 3'])
    const late = first.kill().enter('l')
    late.send(subscribe({ '#': 1 }))
    assert.deepEqual(late.heard(), [`SUBACK 1 01`, `PUBLISH b 'two' q1 #1 retain`])
  })

  test('retained messages that a subscription was still owed are sent', () => {
    const first = new KeptStand()
    const speaker = first.enter('p')
    for (const topic of ['r/1', 'r/2', 'r/3']) {
      speaker.send(publish(topic, 'x', { qos: 1, id: 1, retain: true }))
    }
    const narrow = {
      ...KEPT,
      properties: [property.sessionExpiry(600), property.receiveMaximum(1)],
    }
    const client = first.enter('c', narrow)
    client.send(subscribe({ 'r/#': 1 }))
    first.commit()
    assert.equal(client.heard().length, 2)
    const second = first.kill()
    const again = second.enter('c', KEPT)
    assert.equal(again.early.length, 4)
    for (let id = 1; id <= 4; id++) again.send(puback(id))
    second.commit()
    assert.deepEqual(second.kill().enter('c', KEPT).early, [])
  })

  test('a session that has ended, or unsubscribed, is not what it was', () => {
    const first = new KeptStand()
    first.enter('clean').send(subscribe({ note: 1 }))
    const gone = first.enter('gone', KEPT)
    gone.send(subscribe({ note: 1, other: 1 }), unsubscribe(['note']))
    first.commit()
    const second = first.kill()
    assert.equal(second.stand.broker.router.subscriptionCount, 1)
    const once = { clean: false, properties: [] }
    assert.ok(second.enter('gone', once).connack.includes('present'))
    second.commit()
    assert.deepEqual([...second.disk.keys()], [])
  })

  test('it expires when it would have, counted from the kill where its client was connected', () => {
    const first = new KeptStand()
    first.enter('on', KEPT)
    first.enter('off', KEPT).vanish()
    first.commit()
    first.stand.pass(400)
    const second = first.kill()
    second.stand.pass(300)
    assert.equal(second.stand.broker.sessions.count, 1)
    second.stand.pass(301)
    assert.equal(second.stand.broker.sessions.count, 0)
    second.commit()
    assert.deepEqual([...second.disk.keys()], [])
  })

  test('a will goes out, after its delay where its session lasts, and not after DISCONNECT', () => {
    const first = new KeptStand()
    first.enter('one', { will: { topic: 'w/one', payload: 'gone' } })
    const delayed = { topic: 'w/two', payload: 'gone', properties: [property.willDelay(5)] }
    first.enter('two', { ...KEPT, will: delayed })
    first.enter('three', { will: { topic: 'w/three', payload: 'gone' } }).send(disconnect())
    first.commit()
    const second = first.kill()
    const listener = second.enter('l')
    listener.send(subscribe({ 'w/#': 0 }))
    listener.heard()
    second.stand.pass(1)
    assert.deepEqual(listener.heard(), [`PUBLISH w/one 'gone' q0`])
    second.stand.pass(5)
    assert.deepEqual(listener.heard(), [`PUBLISH w/two 'gone' q0`])
    second.commit()
    assert.deepEqual(
      [...second.disk.keys()].filter((key) => key.startsWith('will/')),
      [],
    )
  })

  test('what is damaged is left out, counted and taken away; the rest is there', () => {
    const first = new KeptStand()
    const client = first.enter('c', KEPT)
    client.send(subscribe({ note: 1, other: 1 }))
    client.vanish()
    first.enter('d', KEPT).vanish()
    first.enter('p').send(publish('note', 'x', { qos: 1, id: 1 }))
    first.commit()
    for (const key of ['message/1', 'subscription/1/note', 'session/2', 'what/1', 'what']) {
      first.disk.set(key, Buffer.from('?'))
    }
    const second = first.kill()
    assert.equal(second.stand.broker.sessions.damaged, 6)
    assert.equal(second.stand.broker.sessions.count, 1)
    assert.deepEqual(second.enter('c', KEPT).early, [])
    second.commit()
    assert.deepEqual([...second.disk.keys()], ['session/1', 'subscription/1/other'])
  })
})
