import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { quality } from '../../core/quality.ts'
import { Micros } from '../../core/time.ts'
import { ARRIVAL, newDraft, newNames, rowsOf } from '../test-stand.ts'
import { MappedDecoder } from './mapped.ts'
import { readerOf, type ShapeSettings } from './shapes.ts'

interface Read {
  readonly outcome: string
  readonly complaint: string
  /** `name unit value`, and the quality where it is not good. */
  readonly lines: readonly string[]
  readonly times: readonly number[]
}

function read(settings: Partial<ShapeSettings>, payload: unknown, now = ARRIVAL): Read {
  const draft = newDraft()
  const names = newNames()
  const decoder = new MappedDecoder(readerOf({ values: [], ...settings }), {
    names,
    draft,
    device: 'd',
  })
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const bytes = Buffer.from(`<<${text}>>`)
  const outcome = decoder.decode(bytes, 2, bytes.length - 2, now)
  const rows = rowsOf(draft, names)
  const lines = rows.map(
    ({ name, value, bits }) => `${name} ${value}${bits === 0 ? '' : ` ${bits}`}`,
  )
  return { outcome, complaint: draft.complaint, lines, times: rows.map(({ time }) => time) }
}

function means(
  { outcome, complaint, lines, times }: Read,
  expected: { readonly lines: readonly string[]; readonly time: string },
): void {
  assert.equal(outcome, 'ok', complaint)
  assert.deepEqual(lines, expected.lines)
  for (const time of times) assert.equal(time, Date.parse(expected.time) * 1000)
}

const AT_ARRIVAL = new Date(ARRIVAL / 1000).toISOString()
const { timeOfArrival, invalid, failure, badReference } = quality

describe('EMQX Neuron', () => {
  const values = {
    timestamp: 1_764_000_000_123,
    node: 'feeder-plc',
    group: 'fast',
    values: { u1: 2312, p: 1.5, run: true, label: 'pump 2' },
    errors: { i1: 2014, i2: 3002 },
    metas: {},
  }
  const meanings = [
    { at: 'u1', quantity: 'voltage.a', unit: 'V', scale: 0.1 },
    { at: 'i1', quantity: 'current.a', unit: '', scale: 1 },
    { at: 'p', quantity: 'power.active', unit: 'kW', scale: 1 },
  ]
  const lines = [
    'voltage.a V 231.2',
    'power.active kW 1.5',
    'run 1',
    `label NaN ${invalid | badReference}`,
    `current.a NaN ${invalid | failure}`,
    `i2 NaN ${invalid | failure}`,
  ]
  const time = '2025-11-24T16:00:00.123Z'

  test('in values-format', () => {
    means(read({ shape: 'neuron', values: meanings }, values), { lines, time })
  })

  test('in tags-format', () => {
    const { values: given, errors, ...rest } = values
    const tags = [
      ...Object.entries(given).map(([name, value]) => ({ name, value })),
      ...Object.entries(errors).map(([name, error]) => ({ name, error })),
    ]
    means(read({ shape: 'neuron', values: meanings }, { ...rest, tags }), { lines, time })
  })

  test('a value and an error: the error counts where it is one', () => {
    const tags = [
      { name: 'a', value: 1, error: 0 },
      { name: 'b', value: 2, error: 2014 },
    ]
    means(read({ shape: 'neuron' }, { timestamp: 1_764_000_000_000, tags }), {
      lines: ['a 1', `b NaN ${invalid | failure}`],
      time: '2025-11-24T16:00:00Z',
    })
    means(read({ shape: 'neuron' }, { values: { a: 1 }, errors: { a: 2014 } }), {
      lines: [`a 1 ${timeOfArrival}`],
      time: AT_ARRIVAL,
    })
  })

  test('what is none of both is refused', () => {
    for (const [payload, complaint] of [
      ['[]', 'not an object'],
      ['{"timestamp":1,"states":[]}', 'neither "values" nor "tags" is in it'],
      ['{"timestamp":{},"values":{"a":1}}', /^the time is neither/],
      ['{"tags":[{"value":1}]}', 'an entry of the list has no name'],
      ['{"tags":[5]}', 'an entry of the list has no name'],
      ['{"tags":[{"name":"a"}]}', '"a" has neither a value nor an error'],
      ['hello', 'not JSON'],
    ] as const) {
      const { outcome, complaint: heard } = read({ shape: 'neuron' }, payload)
      assert.equal(outcome, 'unreadable', payload)
      assert.match(heard, complaint instanceof RegExp ? complaint : new RegExp(`^${complaint}$`))
    }
  })
})

describe('Shelly Pro EM', () => {
  const em0 = {
    id: 0,
    current: 2.598,
    voltage: 234.9,
    act_power: 501.8,
    aprt_power: 612.4,
    pf: 0.84,
    freq: 50,
    calibration: 'factory',
  }
  const em1 = { ...em0, id: 1, current: 0.4, act_power: -80.5, pf: -0.91, freq: 50.1 }
  const data = { id: 1, total_act_energy: 48_211.07, total_act_ret_energy: 12.5 }

  test('a status: channels are phases, one frequency, energy of its own component', () => {
    const bits = ` ${timeOfArrival}`
    means(
      read({ shape: 'shelly-pro-em' }, { 'em1:0': em0, 'em1:1': em1, 'em1data:1': data, sys: {} }),
      {
        lines: [
          'voltage.a V 234.9',
          'current.a A 2.598',
          'power.active.a W 501.8',
          'power.apparent.a VA 612.4',
          'power.factor.a 1 0.84',
          'frequency Hz 50',
          'voltage.b V 234.9',
          'current.b A 0.4',
          'power.active.b W -80.5',
          'power.apparent.b VA 612.4',
          'power.factor.b 1 -0.91',
          'energy.active.import.b W.h 48211.07',
          'energy.active.export.b W.h 12.5',
        ].map((line) => line + bits),
        time: AT_ARRIVAL,
      },
    )
  })

  test('a notification, with the time that it may have', () => {
    const params = { ts: 1_764_000_000.25, 'em1:1': { id: 1, voltage: 231 } }
    const payload = { src: 'shellyproem50-a', dst: 'x/events', method: 'NotifyStatus', params }
    means(read({ shape: 'shelly-pro-em' }, payload), {
      lines: ['voltage.b V 231'],
      time: '2025-11-24T16:00:00.250Z',
    })
  })

  test('the answer of an RPC, and one component on its own topic', () => {
    const lines = [`energy.active.import.b W.h 48211.07 ${timeOfArrival}`]
    const energy = { id: 1, total_act_energy: 48_211.07 }
    const answer = { id: 7, src: 's', result: { 'em1data:1': energy } }
    means(read({ shape: 'shelly-pro-em' }, answer), { lines, time: AT_ARRIVAL })
    means(read({ shape: 'shelly-pro-em' }, energy), { lines, time: AT_ARRIVAL })
    means(read({ shape: 'shelly-pro-em' }, { id: 2, voltage: 230 }), {
      lines: [`voltage.c V 230 ${timeOfArrival}`],
      time: AT_ARRIVAL,
    })
  })

  test('news of other components are no readings and no mistake', () => {
    const params = { ts: 1_764_000_000, wifi: { rssi: -60 } }
    means(read({ shape: 'shelly-pro-em' }, { method: 'NotifyStatus', params }), {
      lines: [],
      time: AT_ARRIVAL,
    })
    assert.equal(read({ shape: 'shelly-pro-em' }, '[]').outcome, 'unreadable')
  })
})

describe('Tasmota', () => {
  const settings = { shape: 'tasmota', zone: 'Europe/Berlin' } as const
  const energy = {
    TotalStartTime: '2025-11-01T00:00:00',
    Total: 123.456,
    Yesterday: 1.234,
    Today: 0.321,
    Period: 4,
    Power: 87,
    ApparentPower: 101,
    ReactivePower: 51,
    Factor: 0.86,
    Voltage: 231,
    Current: 0.437,
  }

  test('of one phase, with local time', () => {
    means(read(settings, { Time: '2026-01-15T08:30:00', ENERGY: energy }), {
      lines: [
        'energy.active.import kWh 123.456',
        'power.active W 87',
        'power.apparent VA 101',
        'power.reactive var 51',
        'power.factor 1 0.86',
        'voltage.a V 231',
        'current.a A 0.437',
      ],
      time: '2026-01-15T07:30:00Z',
    })
  })

  test('of three phases', () => {
    const ENERGY = { Total: 9.5, Power: [10, 20, 30], Current: [0.1, 0.2, 0.3], Voltage: 230 }
    means(read(settings, { Time: '2026-07-15T08:30:00', ENERGY }), {
      lines: [
        'energy.active.import kWh 9.5',
        'power.active.a W 10',
        'current.a A 0.1',
        'power.active.b W 20',
        'current.b A 0.2',
        'power.active.c W 30',
        'current.c A 0.3',
      ],
      time: '2026-07-15T06:30:00Z',
    })
  })

  test('a sensor of something else, a time that is none', () => {
    means(read(settings, { Time: '2026-01-15T08:30:00', AM2301: { Temperature: 20 } }), {
      lines: [],
      time: AT_ARRIVAL,
    })
    for (const Time of ['yesterday', '2026-02-30T00:00:00', true]) {
      assert.equal(read(settings, { Time, ENERGY: energy }).outcome, 'unreadable', String(Time))
    }
    const { outcome, complaint } = read(settings, { ENERGY: { Power: 'high' } })
    assert.deepEqual([outcome, complaint], ['unreadable', '"ENERGY/Power" is not a number'])
  })
})

test('zigbee2mqtt: a plug, what it has not reported yet, and a lamp', () => {
  const plug = { current: 0.41, energy: 18.27, power: 93, state: 'ON', voltage: 229 }
  const lines = ['power.active W 93', 'voltage.a V 229', 'current.a A 0.41']
  const counter = 'energy.active.import kWh 18.27'
  const arrived = [...lines, counter].map((line) => `${line} ${timeOfArrival}`)
  means(read({ shape: 'zigbee2mqtt' }, plug), { lines: arrived, time: AT_ARRIVAL })
  const seen = { ...plug, energy: null, last_seen: '2026-01-15T08:30:00+01:00' }
  means(read({ shape: 'zigbee2mqtt' }, seen), {
    lines: [...lines, `energy.active.import kWh NaN ${invalid}`],
    time: '2026-01-15T07:30:00Z',
  })
  means(
    read({ shape: 'zigbee2mqtt' }, { ...plug, energy: undefined, last_seen: 1_764_000_000_500 }),
    {
      lines,
      time: '2025-11-24T16:00:00.500Z',
    },
  )
  means(read({ shape: 'zigbee2mqtt' }, { state: 'ON', brightness: 254 }), {
    lines: [],
    time: AT_ARRIVAL,
  })
})

describe('a mapping of the site', () => {
  const value = (at: string, quantity: string, rest = {}) => ({
    at,
    quantity,
    unit: '',
    scale: 1,
    ...rest,
  })

  test('finds values by pointers and paths, numbers as text, times in seconds', () => {
    const settings: Partial<ShapeSettings> = {
      time: { at: '/head/at', unit: 's' },
      values: [
        value('/m~1s/0/u', 'voltage.a', { unit: 'V', scale: 0.1 }),
        value('m/s.1.u', 'voltage.b'),
        value('/absent', 'voltage.c'),
      ],
    }
    const payload = { head: { at: '1764000000.5' }, 'm/s': [{ u: '2301' }, { u: 231 }] }
    means(read(settings, payload), {
      lines: ['voltage.a V 230.1', 'voltage.b 231'],
      time: '2025-11-24T16:00:00.500Z',
    })
  })

  test('reads a list of names and values, with local time of a zone', () => {
    const settings: Partial<ShapeSettings> = {
      zone: 'Asia/Shanghai',
      time: { at: '/ColTime', unit: 'ms' },
      list: { at: '/IEDParam', name: '/VariableName', value: '/Value' },
      values: [value('PhaseL1L2Voltage', 'voltage.ab', { unit: 'V' })],
    }
    const payload = {
      IEDName: '2AA1',
      CKType: 'YC',
      ColTime: '2026-04-27 17:16:03',
      IEDParam: [
        { VariableName: 'PhaseL1L2Voltage', Value: '398.500000' },
        { VariableName: 'Spare', Value: '1' },
      ],
    }
    means(read(settings, payload), {
      lines: ['voltage.ab V 398.5', 'Spare 1'],
      time: '2026-04-27T09:16:03Z',
    })
    const { complaint } = read(settings, { ColTime: '2026-04-27 17:16:03' })
    assert.equal(complaint, '"IEDParam" is not a list')
  })

  test('finds nothing of inherited keys, and refuses a message in which nothing is found', () => {
    const settings = { values: [value('/__proto__/x', 'a'), value('/constructor/name', 'b')] }
    const { outcome, complaint } = read(settings, {})
    assert.equal(outcome, 'unreadable')
    assert.equal(complaint, 'nothing of what the mapping names is in it')
  })

  test('takes a local hour that comes twice for the one nearer to the arrival', () => {
    const settings: Partial<ShapeSettings> = {
      zone: 'Europe/Berlin',
      time: { at: 't', unit: 'ms' },
      values: [value('v', 'v')],
    }
    const at = (t: string, arrival: string): number | undefined =>
      read(settings, { t, v: 1 }, Micros(Date.parse(arrival) * 1000)).times[0]
    const micros = (text: string): number => Date.parse(text) * 1000
    const twice = '2026-10-25T02:30:00'
    assert.equal(at(twice, '2026-10-25T00:30:05Z'), micros('2026-10-25T00:30:00Z'))
    assert.equal(at(twice, '2026-10-25T01:30:05Z'), micros('2026-10-25T01:30:00Z'))
    assert.equal(at('2026-03-29T02:30:00', '2026-03-29T01:30:05Z'), micros('2026-03-29T01:30:00Z'))
    assert.equal(at('2026-03-29T03:30:00', '2026-03-29T01:30:05Z'), micros('2026-03-29T01:30:00Z'))
  })
})
