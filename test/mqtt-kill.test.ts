import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type IClientOptions, type MqttClient, connect } from 'mqtt'
import { TestedEdge } from './mqtt/tested-edge.ts'

/** A client of MQTT.js and what it was sent. */
class Listener {
  readonly client: MqttClient
  readonly heard: string[] = []

  constructor(edge: TestedEdge, clientId: string, options: IClientOptions = LASTING) {
    this.client = connect(edge.url, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      clientId,
      ...options,
    })
    this.client.on('error', () => {})
    this.client.on('message', (topic, payload, { qos, retain }) => {
      this.heard.push(`${topic} ${payload.toString()} q${qos}${retain ? ' retain' : ''}`)
    })
  }

  /** Whether the edge had a session for it. */
  async entered(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.client.once('connect', ({ sessionPresent }) => resolve(sessionPresent))
      this.client.once('error', reject)
    })
  }

  async hears(...expected: readonly string[]): Promise<void> {
    for (let wait = 0; this.heard.length < expected.length && wait < 300; wait++)
      await setTimeout(10)
    await setTimeout(50)
    assert.deepEqual(this.heard.toSorted(), expected.toSorted())
  }
}

const LASTING = { clean: false, properties: { sessionExpiryInterval: 600 } }
const WILL = { topic: 'wills/speaker', payload: Buffer.from('gone'), qos: 1, retain: true } as const

test('kill -9 takes no session, no retained message and nothing that was acknowledged', async () => {
  const first = await TestedEdge.start()
  const subscriber = new Listener(first, 'subscriber')
  assert.equal(await subscriber.entered(), false)
  await subscriber.client.subscribeAsync({ 'news/#': { qos: 2 }, '$share/g/work': { qos: 1 } })
  await subscriber.client.endAsync()
  const speaker = new Listener(first, 'speaker', { clean: true, will: WILL })
  await speaker.entered()
  await speaker.client.publishAsync('news/a', 'one', { qos: 1 })
  await speaker.client.publishAsync('news/b', 'two', { qos: 2 })
  await speaker.client.publishAsync('work', 'three', { qos: 1 })
  await speaker.client.publishAsync('state', 'on', { qos: 1, retain: true })
  await speaker.client.publishAsync('lost', 'nobody listens', { qos: 1 })

  await using second = await first.kill()
  const again = new Listener(second, 'subscriber')
  assert.equal(await again.entered(), true)
  await again.hears('news/a one q1', 'news/b two q2', 'work three q1')
  const late = new Listener(second, 'late', { clean: true })
  await late.entered()
  await setTimeout(1500) // The will of the speaker, which the kill cut off, is due.
  await late.client.subscribeAsync('#', { qos: 1 })
  await late.hears('state on q1 retain', 'wills/speaker gone q1 retain')
  await Promise.all([again.client.endAsync(), late.client.endAsync()])
})

test('a session that was ended stays ended', async () => {
  const first = await TestedEdge.start()
  const one = new Listener(first, 'one')
  await one.entered()
  await one.client.subscribeAsync('a', { qos: 1 })
  await one.client.endAsync()
  const second = await first.kill()
  const fresh = new Listener(second, 'one', { clean: true })
  assert.equal(await fresh.entered(), false)
  await fresh.client.endAsync()
  await using third = await second.kill()
  const again = new Listener(third, 'one')
  assert.equal(await again.entered(), false)
  await again.client.endAsync()
})
