import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printed, randomOf, registered } from './noise.ts'

test('a value is printed in its decimals, without the dust of binary fractions', () => {
  assert.equal(String(printed(231.26, 1)), '231.3')
  assert.equal(String(printed(12.049999, 2)), '12.05')
  assert.equal(printed(5_242_083, -3), 5_242_000)
  assert.ok(Object.is(printed(-0.04, 1), 0))
})

test('a register is cut, never rounded up', () => {
  assert.equal(registered(199.9, -2), 100)
  assert.equal(registered(0.999, 2), 0.99)
})

test('randomness belongs to seed, name and step', () => {
  const at = (seed: number, name: string, step: number): number => randomOf(seed, name, step)()
  const one = at(1, 'f1-rtu', 1_772_537_400_000)
  assert.equal(at(1, 'f1-rtu', 1_772_537_400_000), one)
  for (const other of [
    at(2, 'f1-rtu', 1_772_537_400_000),
    at(1, 'f2-rtu', 1_772_537_400_000),
    at(1, 'f1-rtu', 1_772_537_400_001),
    at(1, 'f1-rtu', 1_772_537_400_000 + 2 ** 32),
  ]) {
    assert.notEqual(other, one)
  }
  const many = Array.from({ length: 10_000 }, (_, step) => at(1, 'x', step))
  const mean = many.reduce((total, value) => total + value, 0) / many.length
  assert.ok(Math.abs(mean - 0.5) < 0.01, String(mean))
})
