import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { quantities, quantityOf } from '../../src/core/quantities.ts'
import { aggregationSettings } from '../../src/edge/site/processors/aggregation.ts'
import { Trial, type TrialReading, type TrialResult } from '../../src/kernel/trial.ts'
import { DAY, MINUTE, SECOND } from './reference-model.ts'
import { METER, QUARTER, START, begin, reading, row } from './reference-site.ts'

function windowOf(quantity: string, seconds: number, rest: object = {}): object {
  return { windows: [{ quantities: [quantity], seconds, ...rest }], demand: { enabled: false } }
}

function brief({ time, end, value, revision, fields }: TrialResult) {
  const { samples, flagged, min, max } = fields
  return { start: time - START, width: end - time, value, revision, samples, flagged, min, max }
}

describe('laws', () => {
  test('are those of the table of quantities, for every one of them and for what is not in it', async () => {
    const orders = Array.from({ length: 49 }, (_, index) => `harmonic.voltage.b.${index + 2}`)
    const names = [
      ...quantities.map(({ name }) => name),
      ...orders,
      'harmonic.current.c.7',
      'tank.a',
    ]
    const trial = await begin({ windows: [{ quantities: ['*'], seconds: 60 }] })
    for (const name of names) {
      trial.feed([reading(name, START, 4), reading(name, START + SECOND, 3)])
      trial.tick(START + 2 * MINUTE)
      const [found] = trial
        .take()
        .filter(({ kind, subject }) => kind === 'aggregate' && subject === 'm1')
      const law = quantityOf(name)?.aggregation ?? 'mean'
      const values = { mean: 3.5, rms: Math.sqrt(12.5), max: 4, last: 3, difference: -1 }
      assert.equal(found?.name, name)
      assert.deepEqual([found.fields['method'], found.value], [law, values[law]], name)
    }
  })
})

describe('settings', () => {
  test('of a site file that says nothing are those of the module', async () => {
    const readings = ['power.active', 'voltage.ab', 'energy.active.import', 'frequency'].flatMap(
      (quantity) => row(quantity, [225, 190, 228, 233, 232, 231]),
    )
    const outputs: TrialResult[][] = []
    for (const settings of [{}, aggregationSettings.parse({})]) {
      const trial = await begin(settings)
      trial.feed(readings)
      trial.tick(START + DAY + MINUTE)
      outputs.push(trial.take())
      trial.tick(START + DAY + 2 * MINUTE)
      outputs.push(trial.take())
    }
    assert.ok((outputs[0]?.length ?? 0) > 5)
    assert.deepEqual([outputs[0], outputs[1]], [outputs[2], outputs[3]])
  })

  test('that cannot be are refused with the reason', async () => {
    const refused = async (settings: object, reason: RegExp): Promise<void> => {
      await assert.rejects(Trial.start('aggregation', { settings }), reason)
    }
    await refused({ windows: [{ quantities: ['*'], seconds: 0 }] }, /seconds has to be a whole/)
    await refused({ windows: [{ quantities: ['*'], seconds: 7 }] }, /has to divide a day/)
    await refused({ windows: [{ quantities: [], seconds: 900, from: 600 }] }, /from has to divide/)
    await refused({ keptWindows: 0 }, /keptWindows has to be 1 to 96/)
    await refused({ flags: { dipPercent: 109 } }, /no room for the hysteresis/)
    await refused({ demand: { seconds: 60 } }, /demand.seconds has to be 900/)
    await refused({ demand: { completePercent: 0 } }, /completePercent/)
  })
})

describe('a clock that is ahead', () => {
  test('by a slip is not taken; for good is taken, and given up when it goes back', async () => {
    const trial = await begin(windowOf('power.active', 60))
    const said = (time: number, value: number) => reading('power.active', time, value)
    trial.tick(START)
    trial.feed([said(START, 1), said(START + DAY, 1000), said(START + SECOND, 3)])
    trial.feed([said(START + DAY, 50), said(START + DAY + SECOND, 60)])
    trial.feed([said(START + 2 * SECOND, 5)])
    trial.tick(START + 2 * MINUTE)
    assert.deepEqual(
      trial.take().map(({ time, value }) => [time - START, value]),
      [
        [0, 2],
        [DAY, 60],
        [0, 5],
      ],
    )
  })
})

describe('a window', () => {
  test('is told when the newest reading is the allowed lateness past its end', async () => {
    const trial = await begin(windowOf('power.active', 900))
    trial.feed(row('power.active', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]))
    trial.feed([reading('power.active', START + QUARTER + 9 * SECOND, 100)])
    assert.deepEqual(trial.take(), [])
    trial.feed([reading('power.active', START + QUARTER + 10 * SECOND, 100)])
    const [found, ...more] = trial.take()
    assert.deepEqual(more, [])
    assert.ok(found !== undefined)
    assert.deepEqual(brief(found), {
      start: 0,
      width: QUARTER,
      value: 8,
      revision: 0,
      samples: 15,
      flagged: undefined,
      min: 1,
      max: 15,
    })
    assert.deepEqual([found.fields['expected'], found.fields['method']], [15, 'mean'])
  })

  test('of a silent device is told by a tick', async () => {
    const trial = await begin(windowOf('power.active', 900))
    trial.feed(row('power.active', [1, 2]))
    trial.tick(START + QUARTER + 9 * SECOND)
    assert.deepEqual(trial.take(), [])
    trial.tick(START + QUARTER + 10 * SECOND)
    assert.equal(trial.take()[0]?.value, 1.5)
  })

  test('opens again for what is late, with the next revision; what is later still is counted', async () => {
    const trial = await begin(windowOf('power.active', 60))
    trial.tick(START)
    trial.feed(row('power.active', [10, 20]))
    trial.feed([reading('power.active', START + 70 * SECOND, 20)])
    assert.equal(trial.take()[0]?.value, 10)
    trial.feed([reading('power.active', START + 30 * SECOND, 20)])
    trial.tick(START + 71 * SECOND)
    const [late] = trial.take()
    assert.deepEqual([late?.time, late?.value, late?.revision], [START, 15, 1])
    trial.feed([reading('power.active', START + 130 * SECOND, 30)])
    trial.feed([reading('power.active', START + 40 * SECOND, 1000)])
    trial.tick(START + DAY)
    const all = trial.take()
    assert.deepEqual(
      all.filter(({ name }) => name === 'power.active').map(({ time }) => time - START),
      [MINUTE, 2 * MINUTE],
    )
    const count = all.find(({ name }) => name === 'aggregation.late-readings')
    assert.deepEqual([count?.subject, count?.value], ['north', 1])
  })

  test('has the worst quality of its readings; invalid ones and tests are left out', async () => {
    const trial = await begin(windowOf('power.active', 60))
    trial.feed([
      reading('power.active', START, 10),
      reading('power.active', START + SECOND, 20, 0b11 | (1 << 3)),
      reading('power.active', START + 2 * SECOND, 1000, 0b01),
      reading('power.active', START + 3 * SECOND, 1000, 1 << 11),
      reading('power.active', START + 4 * SECOND, NaN, 0b11),
    ])
    trial.tick(START + 2 * MINUTE)
    const [found] = trial.take()
    assert.deepEqual([found?.value, found?.quality, found?.fields['samples']], [15, 0b11 | 8, 2])
  })

  test('of a register: the differences of a row of windows add up to that of the whole', async () => {
    const trial = await begin(windowOf('energy.active.import', 900))
    const values = Array.from({ length: 60 }, (_, index) => 1000 + index * index)
    trial.feed(row('energy.active.import', values))
    trial.tick(START + 2 * 60 * MINUTE)
    const found = trial.take().filter(({ subject }) => subject === 'm1')
    assert.deepEqual(
      found.map(({ value }) => value),
      [14 * 14, 29 * 29 - 14 * 14, 44 * 44 - 29 * 29, 59 * 59 - 44 * 44],
    )
    const sum = found.reduce((all, { value }) => all + value, 0)
    assert.equal(sum, 59 * 59)
  })

  test('of a register that was reset is negative and marked', async () => {
    const trial = await begin(windowOf('energy.active.import', 900))
    trial.feed(row('energy.active.import', [1000, 1010, 5]))
    trial.tick(START + 60 * MINUTE)
    const [found] = trial.take()
    assert.deepEqual([found?.value, found?.quality], [-995, 0b11 | (1 << 8)])
  })

  test('of a register takes the window after it along when it changes', async () => {
    const trial = await begin(windowOf('energy.active.import', 60, {}))
    trial.feed(row('energy.active.import', [100, 110]))
    trial.tick(START + 130 * SECOND)
    assert.deepEqual(
      trial.take().map(({ value }) => value),
      [0, 10],
    )
    trial.feed([reading('energy.active.import', START + 50 * SECOND, 108)])
    trial.tick(START + 131 * SECOND)
    assert.deepEqual(
      trial.take().map(({ time, value, revision }) => [time - START, value, revision]),
      [
        [0, 8, 1],
        [MINUTE, 2, 1],
      ],
    )
  })
})

describe('IEC 61000-4-30', () => {
  test('root mean square, and the 3 s windows of 150 cycles', async () => {
    const trial = await begin(windowOf('voltage.a', 3))
    const volts = [230, 231, 232, 228, 229, 240]
    trial.feed(volts.map((value, index) => reading('voltage.a', START + index * SECOND, value)))
    trial.tick(START + MINUTE)
    assert.deepEqual(
      trial.take().map(({ value, time }) => [time - START, value]),
      [
        [0, Math.sqrt((230 ** 2 + 231 ** 2 + 232 ** 2) / 3)],
        [3 * SECOND, Math.sqrt((228 ** 2 + 229 ** 2 + 240 ** 2) / 3)],
      ],
    )
  })

  test('two hours are made of twelve values of 10 min, each counting the same', async () => {
    const trial = await begin()
    const readings: TrialReading[] = []
    for (let ten = 0; ten < 13; ten++) {
      for (let minute = 0; minute < (ten === 3 ? 1 : 10); minute++) {
        const time = START + (10 * ten + minute) * MINUTE
        readings.push(reading('voltage.a', time, 220 + ten))
      }
    }
    trial.feed(readings)
    const found = trial.take()
    const [whole] = found.filter(({ time, end }) => end - time === 120 * MINUTE)
    assert.ok(whole !== undefined)
    const squares = Array.from({ length: 12 }, (_, ten) => (220 + ten) ** 2)
    const value = Math.sqrt(squares.reduce((all, one) => all + one) / 12)
    assert.ok(Math.abs(whole.value - value) < 1e-12)
    const { samples, expected, min, max } = whole.fields
    assert.deepEqual([samples, expected, min, max], [12, 12, 220, 231])
  })

  test('a dip flags what was measured meanwhile, of the same message too, and the flag goes on to the 2 h', async () => {
    const trial = await begin({
      windows: [
        { quantities: ['voltage.*', 'frequency', 'power.active'], seconds: 600 },
        { quantities: ['frequency'], seconds: 7200, from: 600 },
      ],
    })
    for (let minute = 0; minute < 125; minute++) {
      const time = START + minute * MINUTE
      const volts = minute === 4 ? 200 : minute === 5 ? 208 : 230
      trial.feed([
        reading('frequency', time, 50),
        reading('voltage.a', time, volts),
        reading('voltage.b', time, 230),
        reading('power.active', time, 1000),
      ])
    }
    const found = trial.take()
    const flaggedOf = (name: string): unknown[] => {
      return found
        .filter((one) => one.name === name && one.end - one.time === 600 * SECOND)
        .map(({ fields }) => fields['flagged'])
        .slice(0, 2)
    }
    assert.deepEqual(flaggedOf('voltage.a'), [2, 0])
    assert.deepEqual(flaggedOf('voltage.b'), [2, 0])
    assert.deepEqual(flaggedOf('frequency'), [2, 0])
    assert.deepEqual(flaggedOf('power.active'), [undefined, undefined])
    const [whole] = found.filter(({ time, end }) => end - time === 7200 * SECOND)
    assert.deepEqual([whole?.fields['flagged'], whole?.fields['samples']], [1, 12])
  })
})

describe('a feeder', () => {
  test('has the sum and the mean of its meters with their number, and nothing of a single one', async () => {
    const trial = await begin(
      { windows: [{ quantities: ['power.active'], seconds: 900 }], demand: { enabled: false } },
      METER,
      6,
    )
    for (let meter = 1; meter <= 5; meter++) {
      trial.feed(row('power.active', [meter * 100, meter * 100], `m${meter}`))
    }
    trial.feed([{ subject: 'm6', quantity: 'power.active', time: START + QUARTER, value: 7 }])
    trial.tick(START + QUARTER + 21 * SECOND)
    const groups = trial.take().filter(({ subject }) => subject === 'f1')
    assert.deepEqual(
      groups.map(({ key, value, fields }) => ({ key, value, ...fields })),
      [
        { key: 0, value: 1500, method: 'sum', members: 5, expected: 6 },
        { key: 1, value: 300, method: 'mean', members: 5, expected: 6 },
      ],
    )
    trial.feed([reading('power.active', START + 5 * MINUTE, 400)])
    trial.tick(START + QUARTER + 22 * SECOND)
    const again = trial.take().filter(({ subject }) => subject === 'f1')
    assert.deepEqual(
      again.map(({ value, revision, fields }) => [value, revision, fields['members']]),
      [
        [1600, 1, 5],
        [320, 1, 5],
      ],
    )
  })

  test('does not count what watches it among its members', async () => {
    const trial = await begin({}, { kind: 'rtu', feeder: 'f1' })
    trial.feed(row('power.active', [1, 2, 3]))
    trial.tick(START + DAY)
    assert.deepEqual(
      trial.take().filter(({ subject }) => subject === 'f1'),
      [],
    )
  })
})

test('windows of 4000 points that close at one moment are all told, though not in one call', async () => {
  const windows = [60, 300, 900].map((seconds) => ({ quantities: ['power.active'], seconds }))
  const settings = { windows, keptWindows: 20, demand: { enabled: false } }
  const trial = await begin(settings, { kind: 'meter' }, 4000)
  for (const time of [START, START + QUARTER + MINUTE]) {
    trial.feed(
      Array.from({ length: 4000 }, (_, index) => {
        return { subject: `m${index + 1}`, quantity: 'power.active', time, value: index }
      }),
    )
  }
  const counts = [trial.take().length]
  for (let second = 0; second < 4; second++) {
    trial.tick(START + QUARTER + MINUTE + second * SECOND)
    counts.push(trial.take().length)
  }
  assert.equal(
    counts.reduce((all, one) => all + one),
    12_000,
  )
  assert.ok(Math.max(...counts) < 6700, counts.join())
})
