import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import { crc16 } from '../src/payload/mapping/crc16.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { lineOf, readingsOf } from './payloads/readings.ts'

const SITE = `site: { id: mapped, name: Mapped, frequencyHz: 50, limits: en50160 }
access: { anonymous: true }
mappings:
  - { shape: neuron, topic: /neuron/+/+/+, deviceLevel: 4, values: [{ at: u1, quantity: voltage.a, unit: V, scale: 0.1 }] }
  - { shape: shelly-pro-em }
  - { shape: tasmota, zone: Europe/Berlin }
  - { shape: zigbee2mqtt }
  - { shape: dsmr, topic: dsmr/+/telegram }
  - topic: gw/+/data
    zone: Asia/Shanghai
    time: { at: /ColTime }
    list: { at: /IEDParam, name: /VariableName, value: /Value }
    values:
      - { at: PhaseL1L2Voltage, quantity: voltage.ab, unit: kV }
`

let edge: TestedEdge
let client: MqttClient
before(async () => {
  edge = await TestedEdge.start(SITE)
  client = await connectAsync(edge.url, { protocolVersion: 5 })
})
after(async () => {
  await client.endAsync()
  await edge[Symbol.asyncDispose]()
})

/** Publishes with QoS 1 and gives back what is read over HTTP. */
async function exchange(
  topic: string,
  payload: string | object,
  device: string,
): Promise<string[]> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  await client.publishAsync(topic, text, { qos: 1 })
  const readings = await readingsOf(edge, device, 1)
  return readings.map(lineOf)
}

describe('a foreign payload', () => {
  test('of EMQX Neuron, in both formats', async () => {
    const head = { timestamp: 1_764_000_000_000, node: 'plc', group: 'g' }
    const values = { ...head, values: { u1: 2312 }, errors: { i1: 2014 }, metas: {} }
    assert.deepEqual(await exchange('/neuron/app/plc-1/g', values, 'plc-1'), [
      'voltage.a 231.2 good',
      'i1 null invalid,failure',
    ])
    const tags = {
      ...head,
      tags: [
        { name: 'u1', value: 2299 },
        { name: 'i1', error: 3002 },
      ],
    }
    assert.deepEqual(await exchange('/neuron/app/plc-2/g', tags, 'plc-2'), [
      'voltage.a 229.9 good',
      'i1 null invalid,failure',
    ])
  })

  test('of a Shelly Pro EM, at the time of arrival', async () => {
    const status = {
      'em1:1': { id: 1, current: 2.598, voltage: 234.9, act_power: 501.8, pf: 0.84, freq: 50 },
      'em1data:1': { id: 1, total_act_energy: 48_211.07 },
    }
    assert.deepEqual(await exchange('shelly-1/events/rpc', status, 'shelly-1'), [
      'voltage.b 234.9 timeOfArrival',
      'current.b 2.598 timeOfArrival',
      'power.active.b 501.8 timeOfArrival',
      'power.factor.b 0.84 timeOfArrival',
      'frequency 50 timeOfArrival',
      'energy.active.import.b 48211.07 timeOfArrival',
    ])
  })

  test('of Tasmota, in kWh and local time', async () => {
    const ENERGY = { Total: 123.5, Power: 87, Voltage: 231, Current: 0.437 }
    const payload = { Time: '2026-01-15T08:30:00', ENERGY }
    assert.deepEqual(await exchange('tele/plug-1/SENSOR', payload, 'plug-1'), [
      'energy.active.import 123500 good',
      'power.active 87 good',
      'voltage.a 231 good',
      'current.a 0.437 good',
    ])
    const [{ time } = { time: '' }] = await readingsOf(edge, 'plug-1', 1)
    assert.equal(Date.parse(time), Date.parse('2026-01-15T07:30:00Z'))
  })

  test('of zigbee2mqtt', async () => {
    const payload = { power: 93, voltage: 229, current: 0.41, energy: 18.5, state: 'ON' }
    assert.deepEqual(await exchange('zigbee2mqtt/desk_lamp', payload, 'desk_lamp'), [
      'power.active 93 timeOfArrival',
      'voltage.a 229 timeOfArrival',
      'current.a 0.41 timeOfArrival',
      'energy.active.import 18500 timeOfArrival',
    ])
  })

  test('of a P1 port', async () => {
    const lines = [
      '/ISK5\\2M550T-1012',
      '',
      '0-0:1.0.0(260115083000W)',
      '1-0:1.8.1(000100.500*kWh)',
    ]
    const body = [...lines, '1-0:1.8.2(000200.250*kWh)', '1-0:21.7.0(00.400*kW)', '!'].join('\r\n')
    const crc = crc16(Buffer.from(body)).toString(16).toUpperCase().padStart(4, '0')
    assert.deepEqual(await exchange('dsmr/house-1/telegram', `${body}${crc}\r\n`, 'house-1'), [
      'energy.active.import 300750 good',
      'energy.active.import.tariff1 100.5 good',
      'energy.active.import.tariff2 200.25 good',
      'power.active.a 400 good',
    ])
  })

  test('of a mapping that the site describes', async () => {
    const IEDParam = [{ VariableName: 'PhaseL1L2Voltage', Value: '10.500000' }]
    const payload = { IEDName: '2AA1', ColTime: '2026-04-27 17:16:03', IEDParam }
    assert.deepEqual(await exchange('gw/2AA1/data', payload, '2AA1'), ['voltage.ab 10500 good'])
  })
})

describe('what is refused', () => {
  test('a payload that cannot be read: 0x99, counted, with a complaint', async () => {
    await assert.rejects(client.publishAsync('tele/bad/SENSOR', 'garbage', { qos: 1 }), {
      code: 0x99,
    })
    assert.deepEqual((await edge.account('bad'))?.refused, { unreadable: 1 })
    const rows = edge.rows('SELECT complaint FROM evidence')
    assert.deepEqual(rows, [Object.assign(Object.create(null), { complaint: 'not JSON' })])
  })

  test('a name that no device may have', async () => {
    await assert.rejects(client.publishAsync('tele/a b/SENSOR', '{}', { qos: 1 }), { code: 0x87 })
  })

  test('a topic that is no mapping of the site', async () => {
    await assert.rejects(client.publishAsync('tele/plug-1/STATE', '{}', { qos: 1 }), { code: 0x87 })
  })
})
