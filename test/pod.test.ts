import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type MqttClient, connectAsync } from 'mqtt'
import { seededRandom } from '../src/core/random.ts'
import { loadBuiltIn } from '../src/kernel/built-in.ts'
import { Trial, type TrialReading, type TrialResult } from '../src/kernel/trial.ts'
import { publicationOf } from '../src/edge/processors/publications.ts'
import { recordsOf } from './pod/module-records.ts'
import { PUBACK, PUBLISH, ScriptedBroker, publish, puback, result } from './pod/scripted-broker.ts'
import { BROKERS, startBroker } from './pod/tested-broker.ts'
import { RUNTIMES, TestedPod, podFile } from './pod/tested-pod.ts'

const LIMIT = { PROCESSOR_SETTINGS: '{"high-load":{"limitW":5000}}' }
const PATIENCE_MS = 15_000
/** What a three-phase meter sends each time. */
const EIGHT = {
  'voltage.a': 231.2,
  'voltage.b': 230.85,
  'voltage.c': 229.9,
  'current.a': 12.05,
  'current.b': 11.875,
  'current.c': 12.5,
  'power.active': 4321.5,
  frequency: 49.985,
}

/** A subscriber to all results, and a device that sends. */
class Grid implements AsyncDisposable {
  readonly client: MqttClient
  readonly heard: { readonly topic: string; readonly payload: string }[] = []

  static async enter(port: number): Promise<Grid> {
    const url = `mqtt://127.0.0.1:${port}`
    const grid = new Grid(await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 50 }))
    await grid.client.subscribeAsync('grid/+/events', { qos: 1 })
    return grid
  }

  private constructor(client: MqttClient) {
    this.client = client
    client.on('error', () => {})
    client.on('message', (topic, payload) => {
      const text = payload.toString()
      // An edge has processors of its own.
      if (text.includes('"load.high"')) this.heard.push({ topic, payload: text })
    })
  }

  async send(device: string, payload: object | string): Promise<void> {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    await this.client.publishAsync(`grid/${device}/readings`, text, { qos: 1 })
  }

  async hears(count: number): Promise<void> {
    const due = Date.now() + PATIENCE_MS
    while (this.heard.length < count) {
      assert.ok(Date.now() < due, `heard ${this.heard.length} results of ${count}`)
      await setTimeout(10)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true)
  }
}

function load(minute: number, value: number): object {
  return { ts: 60_000 * minute, values: { 'voltage.a': 230, 'power.active': value } }
}

/** As an edge would publish it. */
function publication(found: TrialResult): { readonly topic: string; readonly payload: string } {
  const entry = { number: 0, kind: 'device', id: found.subject, entry: undefined } as const
  return publicationOf({ ...found, subject: 0 }, entry)
}

/** Numbers may be written in another way, such as 1e-7, but are the same. */
function published({ topic, payload }: { topic: string; payload: string }): [string, unknown] {
  return [topic, JSON.parse(payload)]
}

for (const { runtime, skip: noRuntime } of RUNTIMES) {
  describe(`under ${runtime}`, { skip: noRuntime }, () => {
    for (const { name, skip } of BROKERS) {
      test(`results of readings are published (${name})`, { skip }, async () => {
        await using broker = await startBroker(name)
        await using grid = await Grid.enter(broker.port)
        await using _pod = await TestedPod.ready(runtime, broker.port, LIMIT)
        await grid.send('m1', [load(1, 4000), load(2, 5500.25)])
        await grid.send('m1', load(3, 10))
        await grid.hears(2)
        assert.deepEqual(grid.heard, [
          {
            topic: 'grid/m1/events',
            payload:
              '{"subject":"m1","subjectKind":"device","name":"load.high","start":"1970-01-01T00:02:00.000Z","end":null,"state":"start","severity":0,"value":5500.25,"quality":"good"}',
          },
          {
            topic: 'grid/m1/events',
            payload:
              '{"subject":"m1","subjectKind":"device","name":"load.high","start":"1970-01-01T00:02:00.000Z","end":"1970-01-01T00:03:00.000Z","state":"end","severity":0,"value":5500.25,"quality":"good"}',
          },
        ])
      })

      test(`replicas share the load (${name})`, { skip }, async () => {
        await using broker = await startBroker(name)
        await using grid = await Grid.enter(broker.port)
        const variables = { ...LIMIT, TRACE: 'records' }
        await using one = await TestedPod.ready(runtime, broker.port, variables)
        await using other = await TestedPod.ready(runtime, broker.port, variables)
        const devices = Array.from({ length: 40 }, (_, index) => `m${index}`)
        for (const device of devices) await grid.send(device, load(1, 6000))
        await grid.hears(devices.length)
        await setTimeout(100)
        const topics = grid.heard.map(({ topic }) => topic)
        assert.deepEqual(topics.toSorted(), devices.map((id) => `grid/${id}/events`).toSorted())
        const shares = [one, other].map(({ records }) => records.length)
        assert.ok(5 * Math.min(...shares) > Math.max(...shares), `shares ${shares.join(' and ')}`)
      })

      test(
        `a broker that is killed and comes back is joined again (${name})`,
        { skip },
        async () => {
          await using broker = await startBroker(name)
          await using pod = await TestedPod.ready(runtime, broker.port, LIMIT)
          pod.takeSaid()
          await broker.restart()
          await pod.says(/^ready$/m)
          await using grid = await Grid.enter(broker.port)
          await grid.send('m1', load(1, 6000))
          await grid.hears(1)
        },
      )
    }

    for (const { name, skip } of BROKERS) {
      test(`with a session nothing is missed while it is away (${name})`, { skip }, async () => {
        await using broker = await startBroker(name)
        await using grid = await Grid.enter(broker.port)
        const own = { ...LIMIT, MQTT_CLIENT_ID: 'pod-1', MQTT_SESSION_SECONDS: '600' }
        const before = await TestedPod.ready(runtime, broker.port, own)
        before.kill('SIGTERM')
        await before.ending()
        await grid.send('m1', load(1, 6000))
        await using _after = await TestedPod.ready(runtime, broker.port, own)
        await grid.hears(1)
      })
    }

    test('SIGTERM ends it within a second', async () => {
      await using broker = await ScriptedBroker.start()
      await using pod = await TestedPod.start(runtime, broker.port)
      await broker.welcome()
      await pod.says(/^ready$/m)
      const start = performance.now()
      pod.kill('SIGTERM')
      await pod.ending()
      assert.ok(performance.now() - start < 1000)
    })

    test('a message is acknowledged when its results are, and not before', async () => {
      await using broker = await ScriptedBroker.start()
      await using _pod = await TestedPod.start(runtime, broker.port, LIMIT)
      await broker.welcome()
      broker.send(publish('grid/m1/readings', JSON.stringify(load(1, 6000)), 7))
      const { id, topic } = result(await broker.next(PUBLISH))
      assert.equal(topic, 'grid/m1/events')
      broker.send(publish('grid/m1/readings', JSON.stringify(load(2, 5500)), 8))
      assert.ok(await broker.isQuiet(300), 'nothing is acknowledged while a result is on its way')
      broker.send(puback(id))
      for (const own of [7, 8]) {
        const { body } = await broker.next(PUBACK)
        assert.deepEqual([...body], [0, own])
      }
      broker.send(publish('grid/m1/readings', '{"values":{"power.active":"much"}}', 9))
      assert.deepEqual([...(await broker.next(PUBACK)).body], [0, 9, 0x99])
    })

    test('results are sent again over the next connection until they are acknowledged', async () => {
      await using broker = await ScriptedBroker.start()
      await using _pod = await TestedPod.start(runtime, broker.port, LIMIT)
      await broker.welcome()
      broker.send(publish('grid/m1/readings', JSON.stringify(load(1, 6000)), 7))
      const first = result(await broker.next(PUBLISH))
      broker.drop()
      await broker.welcome()
      const again = await broker.next(PUBLISH)
      assert.equal(again.first, 0x32, 'to a broker that has forgotten us it is no duplicate')
      assert.deepEqual(result(again), first)
      broker.send(puback(first.id))
      assert.ok(
        await broker.isQuiet(300),
        'what came over the first connection is not acknowledged here',
      )
    })

    test('no more results are on their way than the broker takes', async () => {
      await using broker = await ScriptedBroker.start()
      await using _pod = await TestedPod.start(runtime, broker.port, LIMIT)
      // Receive Maximum 3.
      await broker.welcome(Buffer.from([0x20, 6, 0, 0, 3, 0x21, 0, 3]))
      const messages = 800
      for (let minute = 1; minute <= messages; minute++) {
        const values = Array.from({ length: 6 }, (_, at) => load(6 * minute + at, (at % 2) * 9000))
        broker.send(publish('grid/m1/readings', JSON.stringify(values), minute))
      }
      const ids: number[] = []
      for (let count = 0; count < 3; count++) ids.push(result(await broker.next(PUBLISH)).id)
      assert.ok(await broker.isQuiet(300))
      broker.send(...ids.map((id) => puback(id)))
      // Each message has three times a load above the limit and below; the first begins below.
      assert.equal(ids.length + (await broker.settle(messages)), 6 * messages - 1)
    })

    test('records are to the byte those of the module in V8', async () => {
      const random = seededRandom(5)
      const readings: TrialReading[] = Array.from({ length: 2000 }, (_, row) => {
        const value = random() < 0.02 ? NaN : 5000 + (random() - 0.5) * 10 ** (1 + (row % 5))
        const quality = Number.isNaN(value) ? 1 : 0
        const subject = `m${Math.floor(random() * 20)}`
        return {
          subject,
          quantity: 'power.active',
          time: 1000 * (60_000 * row + 250),
          value,
          quality,
        }
      })
      await using broker = await ScriptedBroker.start()
      await using pod = await TestedPod.start(runtime, broker.port, { ...LIMIT, TRACE: 'records' })
      await broker.welcome()
      for (const { subject, time, value } of readings) {
        const payload = JSON.stringify({ ts: time / 1000, values: { 'power.active': value } })
        broker.send(publish(`grid/${subject}/readings`, payload))
      }
      const settings = { limitW: 5000 }
      const trial = await Trial.start('template', { settings })
      trial.feed(readings)
      const expected = trial.take()
      assert.ok(expected.length > 500)
      for (const expectedResult of expected) {
        const found = result(await broker.next(PUBLISH))
        broker.send(puback(found.id))
        assert.deepEqual(published(found), published(publication(expectedResult)))
      }
      const { bytes } = await loadBuiltIn('template')
      assert.ok(pod.records.equals(recordsOf(bytes, settings, readings)))
    })

    test('a stream of readings', async () => {
      await podFile(runtime)
      await using broker = await ScriptedBroker.start()
      const start = performance.now()
      await using pod = await TestedPod.start(runtime, broker.port, LIMIT)
      await broker.welcome()
      await pod.says(/^ready$/m)
      const readyMs = performance.now() - start
      const payload = JSON.stringify({ ts: 1_764_000_000_000, values: EIGHT })
      const thousand = Array.from({ length: 1000 }, (_, index) => {
        return publish(`grid/meter-${index}/readings`, payload)
      })
      const chunk = Buffer.concat(thousand)
      const begun = performance.now()
      for (let sent = 0; sent < 200; sent++) {
        broker.send(chunk)
        if (sent % 10 === 0) await setTimeout(1)
      }
      broker.send(publish('grid/last/readings', JSON.stringify(load(1, 6000))))
      assert.equal(result(await broker.next(PUBLISH, 60_000)).topic, 'grid/last/events')
      const seconds = (performance.now() - begun) / 1000
      if (process.env['BUSBAR_TEST_FIGURES'] === undefined) return
      const rate = Math.round(1_600_000 / seconds)
      console.log(`# ${runtime}: ready after ${Math.round(readyMs)} ms, ${rate} readings/s`)
    })

    test('what it cannot work with ends it with a failure that says why', async () => {
      const failures: readonly [Readonly<Record<string, string>>, RegExp][] = [
        [{ MQTT_PORT: '70000' }, /MQTT_PORT is not a whole number up to 65535/],
        [{ PROCESSOR_SETTINGS: '{"high-load":' }, /PROCESSOR_SETTINGS is not JSON/],
        [{ PROCESSOR_SETTINGS: '{"high-load":{"limitW":0}}' }, /limitW has to be above 0/],
        [{ PROCESSOR_SUBJECTS: '[{"number":1}]' }, /PROCESSOR_SUBJECTS needs/],
      ]
      for (const [variables, reason] of failures) {
        await using pod = await TestedPod.start(runtime, 1, variables)
        assert.notEqual((await pod.ending()).code, 0)
        assert.match(pod.said, reason)
      }
    })

    test('a broker that lets nobody in ends it with a failure', async () => {
      await using broker = await ScriptedBroker.start()
      await using pod = await TestedPod.start(runtime, broker.port, { MQTT_USERNAME: 'x' })
      await broker.next(1)
      broker.send(Buffer.from([0x20, 3, 0, 0x87, 0]))
      assert.notEqual((await pod.ending()).code, 0)
      assert.match(pod.said, /refuses the connection: reason 135/)
    })
  })
}
