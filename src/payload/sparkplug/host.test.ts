import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { quality } from '../../core/quality.ts'
import { Micros } from '../../core/time.ts'
import { SparkplugHost } from './host.ts'
import { decodePayload, parseTopic } from './message.ts'
import { encodePayload, type PayloadGiven } from './test-payload.ts'

const T = 1_764_000_000_000

let host: SparkplugHost
let nowMs: number

describe('the host of Sparkplug', () => {
  beforeEach(() => {
    host = new SparkplugHost()
    nowMs = T
  })

  interface Heard {
    /** `name value @ms` and the quality where it is not good. */
    readonly readings: readonly string[]
    readonly actions: readonly string[]
  }

  function send(type: string, where: string, payload: PayloadGiven): Heard {
    const topic = parseTopic(`spBv1.0/g/${type}/${where}`)
    const decoded = decodePayload(encodePayload(payload))
    assert.ok(topic !== undefined && typeof decoded !== 'string')
    const answer = host.receive(topic, decoded, Micros(nowMs * 1000))
    if (answer.kind === 'refused') return { readings: [], actions: [answer.complaint] }
    const readings = answer.readings.map(({ name, value, time, bits }) => {
      const at = time / 1000 - T
      return `${name} ${value} @${at}${bits === quality.good ? '' : ` ${bits}`}`
    })
    const actions = answer.actions.map((action) =>
      action.kind === 'rebirth'
        ? `rebirth ${action.group}/${action.node}`
        : `bury ${action.topic.node}/${action.topic.device}`,
    )
    return { readings, actions }
  }

  function due(): readonly string[] {
    return host.due(nowMs).map((action) => (action.kind === 'rebirth' ? action.node : ''))
  }

  function birth(seq = 0, bdSeq = 4): Heard {
    return send('NBIRTH', 'e', {
      timestamp: T,
      seq,
      metrics: [
        { name: 'bdSeq', datatype: 8, long: bdSeq },
        { name: 'Node Control/Rebirth', datatype: 11, bool: false },
        { name: 'frequency', alias: 1, datatype: 10, timestamp: T, double: 50 },
        { name: 'Firmware', alias: 2, datatype: 12, timestamp: T, text: '1.2' },
      ],
    })
  }

  function deviceBirth(seq: number): Heard {
    return send('DBIRTH', 'e/d', {
      timestamp: T,
      seq,
      metrics: [
        { name: 'voltage.a', alias: 10, datatype: 9, float: 230.5, properties: { engUnit: 'V' } },
        { name: 'tap', alias: 11, datatype: 1, int: -3 },
      ],
    })
  }

  function data(seq: number, value = 50.01): Heard {
    return send('NDATA', 'e', { seq, metrics: [{ alias: 1, timestamp: T + seq, double: value }] })
  }

  const NONE: Heard = { readings: [], actions: [] }

  describe('births and data', () => {
    test('a birth names, data use the alias; text is counted and left out', () => {
      assert.deepEqual(birth(), { readings: ['frequency 50 @0'], actions: [] })
      assert.equal(host.counters.skippedMetrics, 1)
      assert.deepEqual(deviceBirth(1), {
        readings: ['voltage.a 230.5 @0', 'tap -3 @0'],
        actions: [],
      })
      assert.deepEqual(data(2), { readings: ['frequency 50.01 @2'], actions: [] })
      const device = send('DDATA', 'e/d', {
        timestamp: T + 9,
        seq: 3,
        metrics: [
          { alias: 11, int: -4 },
          { alias: 10, isNull: true, timestamp: T + 8 },
          { name: 'voltage.a', float: 1, properties: { Quality: 500 } },
          { alias: 10, float: 2, properties: { Quality: 0 } },
        ],
      })
      assert.deepEqual(device, {
        readings: [
          'tap -4 @9',
          'voltage.a NaN @8',
          `voltage.a 1 @9 ${quality.questionable | quality.oldData}`,
          `voltage.a 2 @9 ${quality.invalid}`,
        ],
        actions: [],
      })
    })

    test('the unit of the birth holds for what follows', () => {
      birth()
      deviceBirth(1)
      const topic = parseTopic('spBv1.0/g/DDATA/e/d')
      const payload = decodePayload(encodePayload({ seq: 2, metrics: [{ alias: 10, float: 1 }] }))
      assert.ok(topic !== undefined && typeof payload !== 'string')
      const answer = host.receive(topic, payload, Micros(T * 1000))
      assert.ok(answer.kind === 'taken')
      assert.deepEqual(answer.readings[0]?.unit, 'V')
      assert.equal(answer.readings[0].bits, quality.timeOfArrival)
    })

    test('an alias belongs to one device', () => {
      birth()
      deviceBirth(1)
      const other = send('NDATA', 'e', { seq: 2, timestamp: T, metrics: [{ alias: 10, float: 1 }] })
      assert.deepEqual(other, { readings: [], actions: ['rebirth g/e'] })
    })

    test('historic metrics keep their own times', () => {
      birth()
      const metrics = [{ alias: 1, timestamp: T - 5000, isHistorical: true, double: 49.9 }]
      assert.deepEqual(send('NDATA', 'e', { seq: 1, metrics }).readings, ['frequency 49.9 @-5000'])
    })

    test('the numbers go from any to 255 and round', () => {
      birth(254)
      assert.deepEqual(data(255).actions, [])
      assert.deepEqual(data(0).actions, [])
      assert.deepEqual(data(1).actions, [])
      nowMs += 60_000
      assert.deepEqual(due(), [])
    })

    test('a message without its number, or with one too large, is refused', () => {
      birth()
      const complaint = 'no seq from 0 to 255'
      assert.deepEqual(send('NDATA', 'e', { metrics: [] }).actions, [complaint])
      assert.deepEqual(send('NBIRTH', 'e', { seq: 256 }).actions, [complaint])
    })
  })

  describe('a rebirth is asked for', () => {
    test('where data come before the birth: at once, then not again for a while', () => {
      assert.deepEqual(data(7), { readings: [], actions: ['rebirth g/e'] })
      for (let seq = 8; seq < 20; seq++) assert.deepEqual(data(seq).actions, [])
      nowMs += limits.sparkplugRebirthMs - 1
      assert.deepEqual(due(), [])
      nowMs += 1
      assert.deepEqual(due(), ['e'])
      assert.deepEqual(due(), [])
      birth(20)
      assert.deepEqual(data(21).readings, ['frequency 50.01 @21'])
      nowMs += limits.sparkplugRebirthMs
      assert.deepEqual(due(), [])
      assert.equal(host.counters.rebirths, 2)
    })

    test('never of one that says nothing', () => {
      data(7)
      for (let round = 0; round < 5; round++) {
        nowMs += limits.sparkplugRebirthMs
        assert.deepEqual(due(), [])
      }
    })

    test('where data of a device come before its birth; what has a name is kept', () => {
      birth()
      const metrics = [
        { name: 'current.a', datatype: 9, timestamp: T, float: 1.5 },
        { alias: 10, float: 1 },
      ]
      assert.deepEqual(send('DDATA', 'e/d', { seq: 1, metrics }), {
        readings: ['current.a 1.5 @0'],
        actions: ['rebirth g/e'],
      })
    })

    test('where a message stays away for longer than the others may overtake it', () => {
      birth()
      assert.deepEqual(data(2), { readings: ['frequency 50.01 @2'], actions: [] })
      nowMs += limits.sparkplugReorderMs - 1
      assert.deepEqual(due(), [])
      nowMs += 1
      assert.deepEqual(due(), ['e'])
      birth(9)
      data(10)
      nowMs += limits.sparkplugRebirthMs
      assert.deepEqual(due(), [])
    })

    test('not where it comes after all', () => {
      birth()
      for (const seq of [3, 2, 5, 1, 4]) data(seq)
      nowMs += limits.sparkplugReorderMs
      assert.deepEqual(due(), [])
      data(6)
      nowMs += limits.sparkplugReorderMs
      assert.deepEqual(due(), [])
    })
  })

  describe('deaths', () => {
    const stale = quality.questionable | quality.oldData | quality.timeOfArrival
    const death = (bdSeq: number): Heard =>
      send('NDEATH', 'e', { timestamp: T, metrics: [{ name: 'bdSeq', datatype: 8, long: bdSeq }] })

    test('of an edge node: its points are stale, its devices are buried', () => {
      birth()
      deviceBirth(1)
      nowMs += 500
      assert.deepEqual(death(4), {
        readings: [`frequency NaN @500 ${stale}`],
        actions: ['bury e/d'],
      })
      assert.deepEqual(send('DDEATH', 'e/d', {}).readings, [
        `voltage.a NaN @500 ${stale}`,
        `tap NaN @500 ${stale}`,
      ])
      assert.deepEqual(send('DDEATH', 'e/d', {}), NONE)
      assert.deepEqual(death(4), NONE)
      assert.deepEqual(data(3).actions, ['rebirth g/e'])
    })

    test('of an earlier connection, or of nobody, says nothing', () => {
      assert.deepEqual(death(4), NONE)
      birth(0, 5)
      assert.deepEqual(death(4), NONE)
      assert.deepEqual(data(1).actions, [])
    })

    test('of a device, which must be born again', () => {
      birth()
      deviceBirth(1)
      assert.deepEqual(send('DDEATH', 'e/d', { timestamp: T, seq: 2 }), {
        readings: [`voltage.a NaN @0 ${stale}`, `tap NaN @0 ${stale}`],
        actions: [],
      })
      const metrics = [{ alias: 10, float: 1 }]
      assert.deepEqual(send('DDATA', 'e/d', { seq: 3, metrics }).actions, ['rebirth g/e'])
      assert.deepEqual(data(4).actions, [])
    })

    test('readings to come are foreseen, so that there is room for all', () => {
      birth()
      deviceBirth(1)
      for (const [text, most] of [
        ['spBv1.0/g/DDEATH/e/d', 2],
        ['spBv1.0/g/NDEATH/e', 4],
        ['spBv1.0/g/NDEATH/other', 0],
        ['spBv1.0/g/NDATA/e', 1],
      ] as const) {
        const topic = parseTopic(text)
        const payload = decodePayload(encodePayload({ metrics: [{}] }))
        assert.ok(topic !== undefined && typeof payload !== 'string')
        assert.equal(host.readingsMax(topic, payload), most, text)
      }
    })
  })

  describe('limits', () => {
    test('an edge node of another group with the same name is refused while the first is there', () => {
      birth()
      const topic = parseTopic('spBv1.0/other/NBIRTH/e')
      const payload = decodePayload(encodePayload({ seq: 0 }))
      assert.ok(topic !== undefined && typeof payload !== 'string')
      const complaint = 'an edge node of this name belongs to another group'
      const answer = host.receive(topic, payload, Micros(T * 1000))
      assert.deepEqual(answer, { kind: 'refused', refusal: 'unreadable', complaint })
      send('NDEATH', 'e', {})
      assert.equal(host.receive(topic, payload, Micros(T * 1000)).kind, 'taken')
      assert.ok(host.isOnline(topic))
    })

    test('one edge node too many is refused, unless one has died', () => {
      for (let node = 0; node < limits.sparkplugNodes; node++)
        send('NBIRTH', `n${node}`, { seq: 0 })
      const complaint = `more than ${limits.sparkplugNodes} edge nodes`
      assert.deepEqual(send('NBIRTH', 'e', { seq: 0 }).actions, [complaint])
      send('NDEATH', 'n5', {})
      assert.deepEqual(send('NBIRTH', 'e', { seq: 0 }), NONE)
    })

    test('one metric too many of all edge nodes together', () => {
      const metrics = Array.from({ length: 16_000 }, (_, index) => ({
        name: `m${index}`,
        datatype: 10,
      }))
      let births = 0
      while (send('NBIRTH', `n${births}`, { seq: 0, metrics }).actions.length === 0) births++
      assert.equal(births, Math.floor(limits.sparkplugMetrics / metrics.length))
    })
  })
})
