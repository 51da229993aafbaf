import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Trial, type TrialReading } from '../../src/kernel/trial.ts'

const MINUTE = 60_000_000

function power(minute: number, value: number): TrialReading {
  return { subject: 'm1', quantity: 'power.active', time: minute * MINUTE, value }
}

test('a load above the limit is an event from the first reading above to the first below', async () => {
  const trial = await Trial.start('template', { settings: { limitW: 5000 } })
  trial.feed([power(1, 4000), power(2, 5500), power(3, 6000), power(4, 5000)])
  const found = trial.take().map(({ name, subject, time, end, value, state }) => {
    return { name, subject, time, end, value, state }
  })
  const event = { name: 'load.high', subject: 'm1', time: 2 * MINUTE }
  assert.deepEqual(found, [
    { ...event, end: 0, value: 5500, state: 'start' },
    { ...event, end: 0, value: 6000, state: 'start' },
    { ...event, end: 4 * MINUTE, value: 6000, state: 'end' },
  ])
})

test('a snapshot goes on where it was made', async () => {
  const trial = await Trial.start('template', {})
  trial.feed([power(1, 20_000)])
  trial.take()
  const again = await Trial.start('template', { state: trial.save() })
  again.feed([power(2, 1000)])
  const [event] = again.take()
  assert.deepEqual([event?.time, event?.end, event?.value], [MINUTE, 2 * MINUTE, 20_000])
})

test('a setting that cannot be is refused with the reason', async () => {
  await assert.rejects(
    Trial.start('template', { settings: { limitW: 0 } }),
    /limitW has to be above 0/,
  )
})
