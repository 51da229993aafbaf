import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './nearest.ts'

test('finds slips, cut words and other cases, best first, and nothing far-fetched', () => {
  const words = ['voltage.a', 'voltage.b', 'current.a', 'frequency', 'power.active']
  assert.deepEqual(nearest('voltaeg.b', words, 2), ['voltage.b', 'voltage.a'])
  assert.deepEqual(nearest('FREQUENCY', words, 2), ['frequency'])
  assert.deepEqual(nearest('power', words, 2), ['power.active'])
  assert.deepEqual(nearest('temperature.oil', words, 2), [])
  assert.deepEqual(nearest('x', ['y', 'z'], 2), [])
})
