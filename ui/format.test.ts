import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesText, exactTime, fixed, lengthText, measureText } from './format.ts'

test('a measured value has four digits and the prefix that fits', () => {
  assert.equal(measureText(3_575_759, 'W'), '3.58\u202fMW')
  assert.equal(measureText(-231.25, 'V'), '\u2212231.3\u202fV')
  assert.equal(measureText(10_234, 'V'), '10.23\u202fkV')
  assert.equal(measureText(69.12, 'Cel'), '69.12\u202f°C')
  assert.equal(measureText(0.98, '1'), '0.980')
  assert.equal(measureText(null, 'V'), '–')
  assert.equal(measureText(0, 'W'), '0\u202fW')
})

test('lengths, sizes and moments', () => {
  assert.equal(lengthText(0.0123), '0.012\u202fs')
  assert.equal(lengthText(93_784), '1\u202fd 2\u202fh')
  assert.equal(lengthText(125), '2\u202fmin 5\u202fs')
  assert.equal(bytesText(291_840), '291.8\u202fkB')
  assert.equal(bytesText(12), '12\u202fB')
  assert.equal(fixed(Number.NaN, 1), '–')
  assert.match(exactTime(Date.UTC(2026, 0, 31, 12) + 7), /^2026-01-31\u00a0\d\d:\d\d:00\.007$/)
})
