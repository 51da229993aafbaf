import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordBytes, passwordFault } from './password-rules.ts'

test('long and one’s own is good, whatever characters it has', () => {
  for (const good of [
    'tall trees near water',
    'correcthorsebatterystaple',
    '四棵大树立在河边的小山坡上呢',
    '738102946155',
    'power of tall trees',
  ])
    assert.equal(passwordFault(good, 'ana'), undefined, good)
})

test('short, common, repeated, in sequence or one’s name is none', () => {
  for (const [bad, why] of [
    ['eleven char', /12 are needed/],
    ['x'.repeat(300), /more than 256/],
    ['abababababab', /repeats/],
    ['123456789012', /sequence/],
    ['abcdefghijklm', /sequence/],
    ['Password1234', /tried first/],
    ['busbar-admin-2026', /tried first/],
    ['ana.mueller1', /name/],
    ['tall\ttrees near water', /cannot be typed/],
  ] as const)
    assert.match(passwordFault(bad, 'ana.mueller') ?? '', why, bad)
})

test('an umlaut is one text, however it was typed', () => {
  assert.deepEqual(passwordBytes('u\u0308ber'), passwordBytes('\u00fcber'))
})
