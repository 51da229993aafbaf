import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { EdgeNode, T } from './payloads/edge-node.ts'
import { lineOf, readingsOf } from './payloads/readings.ts'

const SITE = `site: { id: sparks, name: Sparks, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
sparkplug: { hostId: north-07 }
`

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start(SITE)))
after(() => edge[Symbol.asyncDispose]())

const REBIRTH = 'Node Control/Rebirth {"kind":"boolean","value":true}'

test('the host is online, for whoever comes and asks', async () => {
  await using node = await EdgeNode.enter(edge, 'visitor', 0)
  const heard = new Promise<string>((resolve) =>
    node.mqtt.once('message', (_, payload, { retain, qos }) =>
      resolve(`${payload.toString()} ${retain} ${qos}`),
    ),
  )
  await node.mqtt.subscribeAsync('spBv1.0/STATE/north-07', { qos: 1 })
  assert.match(await heard, /^\{"online":true,"timestamp":\d{13}\} true 1$/)
})

test('births, data by alias, history, quality; a will makes all of it stale', async () => {
  const node = await EdgeNode.enter(edge, 'rtu', 3)
  await node.birth(250, 3)
  const device = [
    { name: 'voltage.a', alias: 10, datatype: 9, float: 230.5 },
    { name: 'label', alias: 11, datatype: 12, text: 'north' },
  ]
  await node.send('DBIRTH', { seq: 251, metrics: device }, '/m1')
  await node.send('NDATA', {
    seq: 252,
    metrics: [{ alias: 1, timestamp: T - 1000, isHistorical: true, double: 1.25 }],
  })
  const metrics = [{ alias: 10, timestamp: T + 1000, float: 231.5, properties: { Quality: 0 } }]
  await node.send('DDATA', { seq: 253, metrics }, '/m1')
  assert.deepEqual((await readingsOf(edge, 'rtu', 2)).map(lineOf), [
    'power.active 1250 good',
    'power.active 1500 good',
  ])
  assert.deepEqual((await readingsOf(edge, 'rtu:m1', 2)).map(lineOf), [
    'voltage.a 230.5 good',
    'voltage.a 231.5 invalid',
  ])
  node.mqtt.stream.destroy()
  const stale = 'null invalid,oldData,timeOfArrival'
  assert.equal((await readingsOf(edge, 'rtu', 3)).map(lineOf)[2], `power.active ${stale}`)
  assert.equal((await readingsOf(edge, 'rtu:m1', 3)).map(lineOf)[2], `voltage.a ${stale}`)
  for (const name of ['rtu', 'rtu:m1']) {
    const account = await edge.account(name)
    assert.deepEqual([account?.received, account?.stored], [3, 3], name)
  }
  assert.deepEqual(node.commands, [])
})

test('data before the birth: one request, births, and all is well', async () => {
  await using node = await EdgeNode.enter(edge, 'late', 1)
  for (const seq of [7, 8, 9]) await node.send('NDATA', { seq, metrics: [{ alias: 1, double: 1 }] })
  assert.deepEqual(await node.hasCommands(1), [REBIRTH])
  await node.birth(10, 1)
  await node.send('NDATA', { seq: 11, metrics: [{ alias: 1, timestamp: T + 1, double: 2 }] })
  assert.deepEqual((await readingsOf(edge, 'late', 2)).map(lineOf), [
    'power.active 1500 good',
    'power.active 2000 good',
  ])
  assert.deepEqual(node.commands, [REBIRTH])
  const metrics = await edge.metrics()
  assert.equal(metrics.get('busbar_sparkplug_rebirths_total'), 1)
  assert.equal(metrics.get('busbar_sparkplug_metrics_skipped_total'), 4)
})

test('a number that stays away: births are asked for when it is overdue', async () => {
  await using node = await EdgeNode.enter(edge, 'gap', 1)
  await node.birth(0, 1)
  await node.send('NDATA', { seq: 2, metrics: [{ alias: 1, timestamp: T + 2, double: 2 }] })
  assert.deepEqual((await readingsOf(edge, 'gap', 2)).map(lineOf), [
    'power.active 1500 good',
    'power.active 2000 good',
  ])
  assert.deepEqual(await node.hasCommands(1), [REBIRTH])
})

test('bytes that are no payload, and names that cannot be', async () => {
  const mqtt = await connectAsync(edge.url, { protocolVersion: 5 })
  const publish = (topic: string, payload: string): Promise<unknown> =>
    mqtt.publishAsync(topic, payload, { qos: 1 })
  await assert.rejects(publish('spBv1.0/g/NDATA/odd', '{"values":{}}'), { code: 0x99 })
  await assert.rejects(publish('spBv1.0/g/NDATA/a:b', ''), { code: 0x87 })
  assert.deepEqual((await edge.account('odd'))?.refused, { unreadable: 1 })
  await mqtt.endAsync()
})

test('nobody else says that the host is there', async () => {
  const mqtt = await connectAsync(edge.url, { protocolVersion: 5 })
  await assert.rejects(mqtt.publishAsync('spBv1.0/STATE/north-07', '{}', { qos: 1 }), {
    code: 0x87,
  })
  await mqtt.endAsync()
})
