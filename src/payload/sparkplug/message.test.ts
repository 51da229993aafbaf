import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { limits } from '../../core/limits.ts'
import { decodePayload, formatTopic, newestMs, parseTopic } from './message.ts'
import type { Metric } from './metric.ts'
import { numberOf, qualityBits } from './metric-value.ts'
import { encodePayload, type MetricGiven } from './test-payload.ts'

function metricsOf(bytes: Uint8Array): readonly Metric[] {
  const payload = decodePayload(bytes)
  assert.ok(typeof payload !== 'string')
  return payload.metrics
}

function metricOf(given: MetricGiven): Metric {
  const [metric] = metricsOf(encodePayload({ metrics: [given] }))
  assert.ok(metric !== undefined)
  return metric
}

describe('a payload', () => {
  test('to the byte', () => {
    const bytes = Buffer.from(
      [
        '08 80 d0 df b4 ab 33', // timestamp 1764000000000
        '12 17', // a metric of 23 bytes
        '0a 01 76 10 07 18 80 d0 df b4 ab 33 20 0a', // name v, alias 7, timestamp, datatype 10
        '69 00 00 00 00 00 e0 6c 40', // double 231
        '18 ff 01', // seq 255
      ]
        .join('')
        .replaceAll(' ', ''),
      'hex',
    )
    const payload = decodePayload(bytes)
    assert.ok(typeof payload !== 'string')
    assert.equal(payload.seq, 255)
    const [metric] = payload.metrics
    assert.equal(metric?.name, 'v')
    assert.equal(metric.alias, '0:7')
    assert.equal(metric.timestampMs, 1_764_000_000_000)
    assert.deepEqual(metric.value, { kind: 'real', value: 231 })
  })

  test('of nothing, and one with fields of a later version', () => {
    assert.deepEqual(decodePayload(new Uint8Array(0)), {
      timestampMs: undefined,
      seq: undefined,
      metrics: [],
    })
    const unknown = Buffer.from('a20603414243f8060af5060000803fe906000000000000f03f1801', 'hex')
    assert.deepEqual(decodePayload(unknown), { timestampMs: undefined, seq: 1, metrics: [] })
  })

  test('that is cut, or of another shape, is refused', () => {
    const whole = encodePayload({
      timestamp: 1_764_000_000_000,
      seq: 3,
      metrics: [{ name: 'voltage.a', datatype: 10, double: 231.2, properties: { Quality: 192 } }],
    })
    const readable = [0, 7, whole.length - 2, whole.length]
    for (let length = 0; length <= whole.length; length++) {
      const isRead = typeof decodePayload(whole.subarray(0, length)) !== 'string'
      assert.equal(isRead, readable.includes(length), `${length} bytes`)
    }
    for (const hex of [
      '00',
      '0b',
      '07',
      '0d01',
      '08ffffffffffffffffffff01',
      '12020a05',
      '12030a01ff',
    ]) {
      assert.equal(typeof decodePayload(Buffer.from(hex, 'hex')), 'string', hex)
    }
    assert.equal(typeof decodePayload(Buffer.from('{"values":{"voltage.a":1}}')), 'string')
  })

  test('with more metrics than a message may carry is refused', () => {
    const metrics = Buffer.alloc(
      2 * (limits.sparkplugMetricsPerMessage + 1),
      Buffer.from([0x12, 0]),
    )
    assert.equal(decodePayload(metrics), 'more than 16384 metrics in one message')
    assert.equal(metricsOf(metrics.subarray(2)).length, limits.sparkplugMetricsPerMessage)
  })

  test('any bytes: a payload or a complaint', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const payload = decodePayload(bytes)
      assert.ok(typeof payload === 'string' ? payload !== '' : payload.metrics.length <= 32)
    })
    fc.assert(property, { seed: 5, numRuns: 3000 })
  })

  test('any change of a byte that was right: a payload or a complaint', () => {
    const right = encodePayload({
      timestamp: 1_764_000_000_000,
      seq: 200,
      metrics: [
        { name: 'a', alias: 1, datatype: 3, int: -5, properties: { Quality: 500, engUnit: 'kW' } },
        { alias: 2, timestamp: 1, isHistorical: true, long: 2 ** 60 },
        { name: 'b', isNull: true, float: 1.5, text: 'x', dataset: [8, 1] },
      ],
    })
    const change = fc.record({
      at: fc.nat(right.length - 1),
      byte: fc.nat(255),
      length: fc.nat(right.length),
    })
    const property = fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
      const bytes = Buffer.from(right)
      for (const { at, byte } of changes) bytes[at] = byte
      const payload = decodePayload(bytes.subarray(0, changes[0]?.length ?? right.length))
      if (typeof payload === 'string') return
      for (const metric of payload.metrics) {
        const value = numberOf(metric, metric.datatype)
        assert.ok(value === undefined || typeof value === 'number')
      }
    })
    fc.assert(property, { seed: 6, numRuns: 3000 })
  })

  test('what is written is what is read', () => {
    const metric = fc.record({
      name: fc.string({ maxLength: 20 }),
      alias: fc.maxSafeNat(),
      timestamp: fc.maxSafeNat(),
      datatype: fc.constant(10),
      double: fc.double({ noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(metric, { maxLength: 5 }), fc.nat(255), (metrics, seq) => {
        const payload = decodePayload(encodePayload({ seq, metrics }))
        assert.ok(typeof payload !== 'string')
        assert.equal(payload.seq, seq)
        for (const [at, { name, timestamp, double }] of metrics.entries()) {
          const read: Metric | undefined = payload.metrics[at]
          assert.ok(read !== undefined)
          assert.equal(read.name, Buffer.from(name).toString())
          assert.equal(read.timestampMs, timestamp)
          assert.deepEqual(read.value, { kind: 'real', value: double })
        }
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})

describe('the value of a metric', () => {
  test('by its datatype', () => {
    const values: [MetricGiven, number | undefined][] = [
      [{ datatype: 1, int: -1 }, -1],
      [{ datatype: 1, int: 0xff }, -1],
      [{ datatype: 2, int: -32_768 }, -32_768],
      [{ datatype: 3, int: -2_147_483_648 }, -2_147_483_648],
      [{ datatype: 4, long: -5n }, -5],
      [{ datatype: 4, long: 2n ** 53n }, 2 ** 53],
      [{ datatype: 5, int: 255 }, 255],
      [{ datatype: 6, int: 65_535 }, 65_535],
      [{ datatype: 7, long: 4_294_967_295 }, 4_294_967_295],
      [{ datatype: 8, long: 2n ** 64n - 1n }, 2 ** 64],
      [{ datatype: 9, float: 1.5 }, 1.5],
      [{ datatype: 10, double: -1e300 }, -1e300],
      [{ datatype: 11, bool: true }, 1],
      [{ datatype: 12, text: '7' }, undefined],
      [{ datatype: 13, long: 1_764_000_000_000 }, undefined],
      [{ datatype: 16, dataset: [8, 1] }, undefined],
      [{ datatype: 19, template: [8, 1] }, undefined],
      [{ datatype: 10, isNull: true }, NaN],
      [{ datatype: 12, isNull: true }, undefined],
      [{ datatype: 10 }, undefined],
      [{ int: 5 }, undefined],
      [{ double: 5 }, 5],
    ]
    for (const [given, value] of values) {
      const metric = metricOf(given)
      assert.deepEqual(numberOf(metric, metric.datatype), value, String(given.datatype))
    }
  })

  test('its quality and its unit are properties', () => {
    const metric = metricOf({ properties: { low: 1, Quality: 500, engUnit: 'kW' } })
    assert.deepEqual([metric.quality, metric.unit], [500, 'kW'])
    assert.deepEqual([undefined, 192, 0, 500, 7].map(qualityBits), [0, 0, 0b01, 0b1000_0011, 0b11])
  })
})

describe('a topic', () => {
  test('of an edge node or a device', () => {
    for (const topic of ['spBv1.0/g/NBIRTH/e', 'spBv1.0/g/DDATA/e/d']) {
      const parsed = parseTopic(topic)
      assert.ok(parsed !== undefined)
      assert.equal(formatTopic(parsed), topic)
    }
  })

  test('of anything else is an ordinary one', () => {
    for (const topic of [
      'spBv1.0/STATE/host',
      'spBv1.0/g/NCMD/e',
      'spBv1.0/g/NDATA',
      'spBv1.0/g/NDATA/',
      'spBv1.0/g/NDATA/e/d',
      'spBv1.0/g/DDATA/e',
      'spBv1.0/g/DDATA/e/',
      'spBv1.0/g/DDATA/e/d/x',
      'spBv1.0//NDATA/e',
      'spAv1.0/g/NDATA/e',
    ]) {
      assert.equal(parseTopic(topic), undefined, topic)
    }
  })
})

test('how new a message is, its metrics say, or else the message', () => {
  const newest = (metrics: readonly Partial<Metric>[], timestampMs?: number): number =>
    newestMs({ timestampMs, seq: 0, metrics: metrics as Metric[] })
  assert.equal(newest([{ timestampMs: 5 }, { timestampMs: 7 }, { timestampMs: 6 }], 9), 7)
  assert.equal(newest([{ timestampMs: 5 }, {}], 9), 9)
  assert.equal(newest([], 9), -Infinity)
  assert.equal(newest([{}]), -Infinity)
})
