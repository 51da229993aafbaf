import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyOf, parseInstruction } from './instruction.ts'

test('what a simulated device understands', () => {
  const parse = (text: string): unknown => parseInstruction(Buffer.from(text))
  assert.deepEqual(parse('{"command":"read-now"}'), { kind: 'read-now' })
  assert.deepEqual(parse('{"command":"reporting-interval","seconds":60}'), {
    kind: 'reporting-interval',
    seconds: 60,
  })
  for (const text of ['', 'null', '{"command":"open"}', '{"command":"reporting-interval"}'])
    assert.equal(parse(text), undefined, text)
})

test('an interval is so many samples of the plan, or none', () => {
  assert.equal(everyOf(60, 1000), 60)
  assert.equal(everyOf(1, 1000 / 3), 3)
  for (const [seconds, intervalMs] of [
    [3, 2000],
    [1, 2000],
  ] as const) {
    assert.deepEqual(everyOf(seconds, intervalMs), {
      outcome: 'refused',
      detail: 'the interval is no multiple of 2 s, that of the simulation',
    })
  }
})
