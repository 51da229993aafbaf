import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  METER,
  MINUTE,
  MONDAY,
  SECOND,
  eventsOf,
  marksOf,
  message,
  startValidation,
} from './reference-site.ts'

const QUIET = { off: ['gap'] }

describe('quantities of one device', () => {
  async function judge(
    values: Readonly<Record<string, number>>,
    entry: object = METER,
  ): Promise<string[]> {
    const trial = await startValidation(entry, QUIET)
    trial.feed(message(SECOND, values))
    trial.tick(2 * SECOND)
    return marksOf(trial.take())
  }

  test('DSMR: 1.111, 2.222 and 3.333 kW are not 1.193 kW', async () => {
    const values = {
      'power.active': 1193,
      'power.active.a': 1111,
      'power.active.b': 2222,
      'power.active.c': 3333,
    }
    const marks = ['power.active', 'power.active.a', 'power.active.b', 'power.active.c']
    assert.deepEqual(
      await judge(values, {}),
      marks.map((quantity) => `${quantity} 1 questionable,inconsistent`),
    )
    assert.deepEqual(await judge({ ...values, 'power.active': 6666 }, {}), [])
    assert.deepEqual(await judge({ ...values, 'power.active': 6980 }, {}), [])
  })

  test('Shelly Pro EM: prints a factor of 0.84 where P/S is 0.8194', async () => {
    const values = {
      'voltage.b': 234.9,
      'current.b': 2.598,
      'power.active.b': 501.8,
      'power.apparent.b': 612.4,
      'power.factor.b': 0.84,
    }
    assert.deepEqual(await judge(values, {}), [])
    const wrong = await judge({ ...values, 'power.factor.b': 0.85 }, {})
    assert.deepEqual(
      wrong.map((line) => line.split(' ')[0]),
      ['power.active.b', 'power.apparent.b', 'power.factor.b'],
    )
  })

  test('S is U I', async () => {
    const values = { 'voltage.a': 230, 'current.a': 10, 'power.apparent.a': 2300 }
    assert.deepEqual(await judge(values, {}), [])
    assert.equal((await judge({ ...values, 'power.apparent.a': 2500 }, {})).length, 3)
    const one = { 'voltage.b': 230, 'current.b': 10, 'power.apparent': 2300 }
    assert.deepEqual(await judge(one, { phase: 'b' }), [])
    assert.equal((await judge({ ...one, 'power.apparent': 2100 }, { phase: 'b' })).length, 3)
    const phases = ['a', 'b', 'c'].flatMap((phase) => [
      [`voltage.${phase}`, 230],
      [`current.${phase}`, 10],
    ])
    const all = Object.fromEntries(phases) as Record<string, number>
    assert.deepEqual(await judge({ ...all, 'power.apparent': 6900 }, {}), [])
    assert.equal((await judge({ ...all, 'power.apparent': 7300 }, {})).length, 7)
    // The vector sum of phases that are not alike is less.
    assert.deepEqual(await judge({ ...all, 'power.apparent': 4000 }, {}), [])
  })

  test('between two phases there is 1.732 times the voltage of one', async () => {
    const values = { 'voltage.a': 230, 'voltage.b': 230, 'voltage.ab': 398.4 }
    assert.deepEqual(await judge(values), [])
    assert.equal((await judge({ ...values, 'voltage.ab': 230 })).length, 3)
    // One phase at 100 V: 292.7 V to the other.
    assert.deepEqual(await judge({ 'voltage.a': 230, 'voltage.b': 100, 'voltage.ab': 292.7 }), [])
  })

  test('without voltage an analyser prints what its clamps are', async () => {
    const dead = {
      frequency: 45.2,
      'power.factor': 1,
      'thd.voltage.a': 80,
      'voltage.a': 22,
      'voltage.b': 1,
      'voltage.c': 0,
    }
    assert.deepEqual(await judge(dead), [
      'power.factor 1 invalid',
      'frequency 1 invalid',
      'thd.voltage.a 1 invalid',
    ])
    assert.deepEqual(await judge({ ...dead, 'voltage.a': 23 }), [])
    // One phase that is dead has no distortion, yet the network has a frequency.
    assert.deepEqual(await judge({ ...dead, 'voltage.b': 230 }), ['thd.voltage.a 1 invalid'])
    assert.deepEqual(await judge(dead, {}), [], 'nobody says what is nominal')
  })

  test('readings of one time may come in two batches', async () => {
    const trial = await startValidation({}, QUIET)
    trial.feed(message(SECOND, { 'power.active.a': 1111, 'power.active.b': 2222 }))
    trial.tick(SECOND)
    trial.feed(message(SECOND, { 'power.active.c': 3333, 'power.active': 1193 }))
    trial.feed(message(2 * SECOND, { 'power.active.a': 1 }))
    assert.equal(marksOf(trial.take()).length, 4)
  })
})

describe('register against power', () => {
  async function days(shareOfPower: number): Promise<string[][]> {
    const trial = await startValidation({ intervalMs: 900_000 }, { off: ['stuck'] })
    let register = 0
    for (let quarter = 0; quarter <= 97; quarter++) {
      const powerW = 1000 + 800 * Math.sin(quarter / 8)
      trial.feed(
        message(MONDAY + quarter * 15 * MINUTE, {
          'power.active': powerW,
          'energy.active.import': register,
        }),
      )
      register += (powerW / 4) * shareOfPower
    }
    const results = trial.take()
    return [eventsOf(results, MONDAY), marksOf(results, MONDAY)]
  }

  test('a register that counts what flowed', async () => {
    assert.deepEqual(await days(1), [[], []])
    assert.deepEqual(await days(0.95), [[], []])
  })

  test('a register that counts four fifths of it', async () => {
    assert.deepEqual(await days(0.8), [
      ['register-sum end 0..86400'],
      ['energy.active.import 86400 questionable,inconsistent'],
    ])
  })
})
