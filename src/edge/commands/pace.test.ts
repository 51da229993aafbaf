import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { type Asker, Paces } from './pace.ts'

const { commandBurst, commandEveryMs, commandTallyMs, commandAskers } = limits

function asker(name: string): Asker {
  return { asker: name, who: name, address: `${name}:1` }
}

const HASTY = asker('hasty')

function burst(paces: Paces, nowMs = 0): void {
  for (let count = 0; count < commandBurst; count++) assert.equal(paces.take(HASTY, nowMs), 'kept')
}

test('some at once, then one in so many ms; others are not held up', () => {
  const paces = new Paces()
  burst(paces)
  assert.equal(paces.take(HASTY, commandEveryMs - 1), 'late')
  assert.equal(paces.take(asker('calm'), commandEveryMs - 1), 'kept')
  assert.equal(paces.take(HASTY, commandEveryMs), 'kept')
  assert.equal(paces.take(HASTY, commandEveryMs), 'over')
  burst(paces, commandEveryMs * (commandBurst + 1))
})

test('a clock that is set back pays nothing and costs nothing', () => {
  const paces = new Paces()
  burst(paces, 1_000_000)
  assert.equal(paces.take(HASTY, 0), 'late')
})

test('of those that were too many there is one record a minute, which has the count', () => {
  const paces = new Paces()
  burst(paces)
  assert.equal(paces.take(HASTY, 1), 'late')
  for (let count = 0; count < 5; count++) assert.equal(paces.take(HASTY, 2), 'over')
  assert.deepEqual(paces.tallies(commandTallyMs), [])
  assert.deepEqual(paces.tallies(commandTallyMs + 1), [
    { who: 'hasty', address: 'hasty:1', count: 5 },
  ])
  assert.deepEqual(paces.tallies(2 * commandTallyMs + 1), [], 'told once')
  paces.turnAway(HASTY, 2 * commandTallyMs + 1)
  assert.equal(paces.tallies(Infinity)[0]?.count, 1)
})

test('it remembers so many askers, and forgets the one that was quiet for longest', () => {
  const paces = new Paces()
  burst(paces)
  for (let at = 1; at < commandAskers; at++) paces.take(asker(`other ${at}`), 0)
  assert.equal(paces.take(HASTY, 0), 'late')
  for (let at = 1; at <= commandAskers; at++) paces.take(asker(`other ${at}`), 0)
  assert.equal(paces.take(HASTY, 0), 'kept')
})
