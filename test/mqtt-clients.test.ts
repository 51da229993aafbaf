import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import {
  type IClientOptions,
  type IConnackPacket,
  type IPublishPacket,
  type MqttClient,
  connect,
} from 'mqtt'
import { TestedEdge } from './mqtt/tested-edge.ts'

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start()))
after(() => edge[Symbol.asyncDispose]())

/** A client of MQTT.js with what it received, a line for each message. */
class Client implements AsyncDisposable {
  readonly mqtt: MqttClient
  readonly #lines: string[] = []
  connack: IConnackPacket | undefined

  static async enter(clientId: string, options: IClientOptions = {}): Promise<Client> {
    const client = new Client(connect(edge.url, { clientId, reconnectPeriod: 0, ...options }))
    await new Promise<void>((resolve, reject) => {
      client.mqtt.once('connect', (connack) => {
        client.connack = connack
        resolve()
      })
      client.mqtt.once('error', reject)
    })
    return client
  }

  private constructor(mqtt: MqttClient) {
    this.mqtt = mqtt
    mqtt.on('error', () => {})
    mqtt.on('message', (topic, payload, { qos, retain }: IPublishPacket) => {
      this.#lines.push(`${topic} ${payload.toString()} q${qos}${retain ? ' retain' : ''}`)
    })
  }

  /** The next messages, as many as are expected, and none behind them. */
  async heard(count: number): Promise<string[]> {
    for (let wait = 0; this.#lines.length < count && wait < 500; wait++) await setTimeout(10)
    if (count === 0) await setTimeout(100)
    return this.#lines.splice(0)
  }

  /** The network fails. */
  vanish(): void {
    this.mqtt.stream.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mqtt.endAsync(true)
  }
}

for (const protocolVersion of [4, 5] as const) {
  const v = `v${protocolVersion}`
  const session: IClientOptions = {
    protocolVersion,
    clean: false,
    ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
  }

  describe(`MQTT.js, protocol level ${protocolVersion}`, () => {
    test('QoS 0, 1 and 2 in both directions', async () => {
      await using listener = await Client.enter(`listener-${v}`, { protocolVersion })
      await using speaker = await Client.enter(`speaker-${v}`, { protocolVersion })
      await listener.mqtt.subscribeAsync(`${v}/+/x`, { qos: 2 })
      for (const qos of [0, 1, 2] as const) {
        await speaker.mqtt.publishAsync(`${v}/${qos}/x`, `m${qos}`, { qos })
      }
      const lines = await listener.heard(3)
      assert.deepEqual(lines, [`${v}/0/x m0 q0`, `${v}/1/x m1 q1`, `${v}/2/x m2 q2`])
    })

    test('readings are acknowledged and counted', async () => {
      await using meter = await Client.enter(`meter-${v}`, { protocolVersion })
      for (const [index, qos] of ([0, 1, 2] as const).entries()) {
        const payload = `{"ts":${1_764_000_000_000 + index},"values":{"voltage.a":230}}`
        await meter.mqtt.publishAsync(`grid/meter-${v}/readings`, payload, { qos })
      }
      assert.equal((await edge.account(`meter-${v}`))?.stored, 3)
    })

    test('wildcards and unsubscribe', async () => {
      await using client = await Client.enter(`client-${v}`, { protocolVersion })
      await client.mqtt.subscribeAsync([`${v}/a/#`, `${v}/+/b`])
      for (const topic of ['a', 'a/b/c', 'x/b', 'x/c']) {
        await client.mqtt.publishAsync(`${v}/${topic}`, 'm', { qos: 1 })
      }
      const lines = await client.heard(3)
      assert.deepEqual(lines, [`${v}/a m q0`, `${v}/a/b/c m q0`, `${v}/x/b m q0`])
      await client.mqtt.unsubscribeAsync(`${v}/a/#`)
      await client.mqtt.publishAsync(`${v}/a`, 'm', { qos: 1 })
      assert.deepEqual(await client.heard(0), [])
    })

    test('retained messages', async () => {
      await using speaker = await Client.enter(`speaker-${v}`, { protocolVersion })
      const kept = { qos: 1, retain: true } as const
      await speaker.mqtt.publishAsync(`${v}/kept`, 'old', kept)
      await speaker.mqtt.publishAsync(`${v}/kept`, 'new', kept)
      await using late = await Client.enter(`late-${v}`, { protocolVersion })
      await late.mqtt.subscribeAsync(`${v}/kept`, { qos: 1 })
      assert.deepEqual(await late.heard(1), [`${v}/kept new q1 retain`])
      await speaker.mqtt.publishAsync(`${v}/kept`, '', kept)
      assert.deepEqual(await late.heard(1), [`${v}/kept  q1`])
      await using later = await Client.enter(`later-${v}`, { protocolVersion })
      await later.mqtt.subscribeAsync(`${v}/kept`)
      assert.deepEqual(await later.heard(0), [])
    })

    test('will', async () => {
      await using observer = await Client.enter(`observer-${v}`, { protocolVersion })
      await observer.mqtt.subscribeAsync(`${v}/will`, { qos: 1 })
      const will = {
        topic: `${v}/will`,
        payload: Buffer.from('gone'),
        qos: 1,
        retain: false,
      } as const
      const polite = await Client.enter(`mortal-${v}`, { protocolVersion, will })
      await polite.mqtt.endAsync()
      assert.deepEqual(await observer.heard(0), [])
      await using mortal = await Client.enter(`mortal-${v}`, { protocolVersion, will })
      mortal.vanish()
      assert.deepEqual(await observer.heard(1), [`${v}/will gone q1`])
    })

    test('a session that is resumed has what was published meanwhile', async () => {
      const first = await Client.enter(`kept-${v}`, session)
      await first.mqtt.subscribeAsync(`${v}/queue`, { qos: 2 })
      await first.mqtt.endAsync(true)
      await using speaker = await Client.enter(`speaker-${v}`, { protocolVersion })
      for (const [index, qos] of ([1, 1, 2] as const).entries()) {
        await speaker.mqtt.publishAsync(`${v}/queue`, `m${index}`, { qos })
      }
      await using again = await Client.enter(`kept-${v}`, session)
      const lines = await again.heard(3)
      assert.deepEqual(lines, [`${v}/queue m0 q1`, `${v}/queue m1 q1`, `${v}/queue m2 q2`])
    })

    test('a keep alive that passes ends the connection, and the will goes out', async () => {
      await using observer = await Client.enter(`observer-${v}`, { protocolVersion })
      await observer.mqtt.subscribeAsync(`${v}/silent`, { qos: 0 })
      await using mortal = await Client.enter(`silent-${v}`, {
        protocolVersion,
        keepalive: 1,
        will: { topic: `${v}/silent`, payload: Buffer.from('gone'), qos: 0, retain: false },
      })
      mortal.mqtt.sendPing = () => {}
      const startedMs = Date.now()
      assert.deepEqual(await observer.heard(1), [`${v}/silent gone q0`])
      assert.ok(Date.now() - startedMs < 4000)
    })
  })
}

describe('MQTT.js, what 5.0 adds', () => {
  test('properties go through, a request is answered', async () => {
    await using client = await Client.enter('requester', { protocolVersion: 5 })
    await using server = await Client.enter('answerer', { protocolVersion: 5 })
    await server.mqtt.subscribeAsync('request')
    server.mqtt.on('message', (_topic, _payload, { properties }) => {
      const { responseTopic = '', correlationData } = properties ?? {}
      const answer = correlationData === undefined ? {} : { correlationData }
      server.mqtt.publish(responseTopic, 'answer', { properties: answer })
    })
    await client.mqtt.subscribeAsync('response/1')
    const answered = new Promise<IPublishPacket>((resolve) =>
      client.mqtt.once('message', (_topic, _payload, packet) => resolve(packet)),
    )
    const correlationData = Buffer.from([1, 2, 3])
    const properties = { responseTopic: 'response/1', correlationData }
    await client.mqtt.publishAsync('request', 'q', { properties })
    assert.deepEqual((await answered).properties?.correlationData, correlationData)
  })

  test('a bad payload is a reason that the client sees', async () => {
    await using meter = await Client.enter('bad-meter', { protocolVersion: 5 })
    const publishing = meter.mqtt.publishAsync('grid/bad-meter/readings', 'x', { qos: 1 })
    await assert.rejects(publishing, { code: 0x99 })
    const good = '{"values":{"voltage.a":1}}'
    await meter.mqtt.publishAsync('grid/bad-meter/readings', good, { qos: 1 })
  })

  test('a shared subscription: each message reaches one of the group', async () => {
    await using one = await Client.enter('worker-1', { protocolVersion: 5 })
    await using two = await Client.enter('worker-2', { protocolVersion: 5 })
    for (const worker of [one, two]) await worker.mqtt.subscribeAsync('$share/g/work/+', { qos: 1 })
    await using speaker = await Client.enter('boss', { protocolVersion: 5 })
    for (const job of ['a', 'b', 'c', 'd']) {
      await speaker.mqtt.publishAsync(`work/${job}`, job, { qos: 1 })
    }
    assert.deepEqual(await one.heard(2), ['work/a a q1', 'work/c c q1'])
    assert.deepEqual(await two.heard(2), ['work/b b q1', 'work/d d q1'])
  })

  test('topic aliases to the client', async () => {
    const properties = { topicAliasMaximum: 5 }
    await using client = await Client.enter('aliased', { protocolVersion: 5, properties })
    await client.mqtt.subscribeAsync('a/topic/of/some/length', { qos: 2 })
    const aliases: (number | undefined)[] = []
    client.mqtt.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') aliases.push(packet.properties?.topicAlias)
    })
    await using speaker = await Client.enter('speaker', { protocolVersion: 5 })
    for (const qos of [0, 1, 0, 2] as const) {
      await speaker.mqtt.publishAsync('a/topic/of/some/length', 'x', { qos })
    }
    const lines = await client.heard(4)
    assert.deepEqual(
      lines,
      [0, 1, 0, 2].map((qos) => `a/topic/of/some/length x q${qos}`),
    )
    assert.deepEqual(aliases, [undefined, 1, 1, undefined])
  })

  test('what the server says of itself', async () => {
    await using client = await Client.enter('watcher', { protocolVersion: 5 })
    await client.mqtt.subscribeAsync('$SYS/broker/version')
    const [line = ''] = await client.heard(1)
    assert.match(line, /^\$SYS\/broker\/version busbar [\d.]+ q0 retain$/)
  })

  test('more retained messages than a queue holds', async () => {
    await using speaker = await Client.enter('librarian', { protocolVersion: 5 })
    const topics = Array.from({ length: 3000 }, (_, n) => `library/${n}`)
    await Promise.all(
      topics.map(async (topic) => speaker.mqtt.publishAsync(topic, 'x', { qos: 1, retain: true })),
    )
    await using reader = await Client.enter('reader', { protocolVersion: 5 })
    await reader.mqtt.subscribeAsync('library/#', { qos: 1 })
    const lines = await reader.heard(topics.length)
    assert.deepEqual(new Set(lines), new Set(topics.map((topic) => `${topic} x q1 retain`)))
    assert.equal(lines.length, topics.length)
  })

  test('a client id is assigned', async () => {
    await using client = await Client.enter('', { protocolVersion: 5 })
    const { properties } = client.connack ?? {}
    assert.match(properties?.assignedClientIdentifier ?? '', /^busbar-[0-9a-f]{16}$/)
  })

  test('the same client id elsewhere ends the older connection', async () => {
    await using older = await Client.enter('twin', { protocolVersion: 5 })
    const parted = new Promise<number | undefined>((resolve) =>
      older.mqtt.once('disconnect', ({ reasonCode }) => resolve(reasonCode)),
    )
    await using newer = await Client.enter('twin', { protocolVersion: 5 })
    assert.equal(await parted, 0x8e)
    assert.equal(newer.mqtt.connected, true)
  })
})
