import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Asker } from './commands/people.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { EdgeNode } from './payloads/edge-node.ts'

const SITE = `site: { id: sparks, name: Sparks, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
sparkplug: { hostId: north-07 }
`
const REBIRTH = 'Node Control/Rebirth {"kind":"boolean","value":true}'

let edge: TestedEdge
let asker: Asker
before(async () => {
  edge = await TestedEdge.start(SITE)
  asker = await Asker.enter(edge)
})
after(async () => {
  await asker[Symbol.asyncDispose]()
  await edge[Symbol.asyncDispose]()
})

test('a rebirth is asked for and answered by the birth, by nothing else', async () => {
  await using node = await EdgeNode.enter(edge, 'reborn', 1)
  await node.birth(0, 1)
  await node.settled(edge, 1)
  const asked = asker.ask('reborn', { command: 'rebirth' })
  assert.deepEqual(await node.hasCommands(1), [REBIRTH])
  await node.send('NDATA', { seq: 1, metrics: [{ alias: 1, double: 2 }] })
  assert.equal((await asker.ask('reborn', { command: 'rebirth' })).outcome, 'busy')
  await node.birth(0, 1)
  const { outcome, device, command } = await asked
  assert.deepEqual([outcome, device, command], ['done', 'reborn', 'rebirth'])
  assert.deepEqual(node.commands, [REBIRTH])
})

test('the interval goes into the metric of the birth, by its alias, and is done when it is reported', async () => {
  await using node = await EdgeNode.enter(edge, 'paced', 1)
  const rate = { name: 'Node Control/Scan Rate', alias: 7, datatype: 7, long: 1000 }
  await node.birth(0, 1, [rate])
  await node.settled(edge, 1)
  const asked = asker.ask('paced', { command: 'reporting-interval', seconds: 60 })
  assert.deepEqual(await node.hasCommands(1), ['alias 0:7 {"kind":"integer","low":60000,"high":0}'])
  await node.send('NDATA', { seq: 1, metrics: [{ alias: 7, int: 1000 }] })
  await node.send('NDATA', { seq: 2, metrics: [{ alias: 7, int: 60_000 }] })
  assert.equal((await asked).outcome, 'done')
})

test('a device behind a node is told by its own metric', async () => {
  await using node = await EdgeNode.enter(edge, 'gateway', 1)
  await node.mqtt.subscribeAsync('spBv1.0/g/DCMD/gateway/m1', { qos: 1 })
  await node.birth(0, 1)
  const control = { name: 'Device Control/Scan Rate', datatype: 3, int: 1 }
  await node.send('DBIRTH', { seq: 1, metrics: [control] }, '/m1')
  await node.settled(edge, 1)
  const asked = asker.ask('gateway:m1', { command: 'reporting-interval', seconds: 2 })
  assert.deepEqual(await node.hasCommands(1), [
    'Device Control/Scan Rate {"kind":"integer","low":2000,"high":0}',
  ])
  await node.send('DDATA', { seq: 2, metrics: [{ ...control, int: 2000 }] }, '/m1')
  assert.equal((await asked).outcome, 'done')
})

test('read now: data that was measured before is no answer, newer data is', async () => {
  await using node = await EdgeNode.enter(edge, 'eager', 1)
  const readNow = { name: 'Node Control/Read Now', alias: 8, datatype: 11, bool: false }
  await node.birth(0, 1, [readNow])
  await node.settled(edge, 1)
  const order = { command: 'read-now', timeoutSeconds: 1 }
  const old = asker.ask('eager', order)
  await node.hasCommands(1)
  await node.send('NDATA', { seq: 1, metrics: [{ alias: 1, double: 2 }] })
  assert.equal((await old).outcome, 'timed-out')
  const fresh = asker.ask('eager', order)
  assert.deepEqual((await node.hasCommands(2))[1], 'alias 0:8 {"kind":"boolean","value":true}')
  const timestamp = Date.now() + 60_000
  await node.send('NDATA', { seq: 2, metrics: [{ alias: 1, timestamp, double: 3 }] })
  assert.equal((await fresh).outcome, 'done')
  const shown = asker.ask('eager', order)
  await node.hasCommands(3)
  await node.send('NDATA', { seq: 3, metrics: [{ alias: 8, bool: true }] })
  assert.equal((await shown).outcome, 'done')
})

test('refused where the birth has no such metric, failed where the node is offline', async () => {
  const node = await EdgeNode.enter(edge, 'plain', 1)
  await node.birth(0, 1)
  await node.settled(edge, 1)
  for (const [order, detail] of [
    [{ command: 'read-now' }, 'its birth has no metric Node Control/Read Now'],
    [
      { command: 'reporting-interval', seconds: 5 },
      'its birth has no metric Node Control/Scan Rate',
    ],
  ] as const) {
    const answer = await asker.ask('plain', order)
    assert.deepEqual([answer.outcome, answer.detail], ['refused', detail])
  }
  node.mqtt.stream.destroy()
  await node.settled(edge, 2)
  const answer = await asker.ask('plain', { command: 'rebirth' })
  assert.equal(answer.outcome, 'failed')
  assert.match(answer.detail ?? '', /offline/)
  assert.deepEqual(node.commands, [])
})
