import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { formatTime, Micros, parseMoment, parseTime } from './time.ts'

const NOON = Date.UTC(2025, 10, 24, 12) * 1000

describe('a time', () => {
  test('is RFC 3339 with a zone', () => {
    for (const [text, time] of [
      ['2025-11-24T12:00:00Z', NOON],
      ['2025-11-24t12:00:00z', NOON],
      ['2025-11-24 12:00:00Z', NOON],
      ['2025-11-24T20:00:00+08:00', NOON],
      ['2025-11-24T06:30:00-05:30', NOON],
      ['2025-11-24T12:00:00-00:00', NOON],
      ['2025-11-24T12:00:00.5Z', NOON + 500_000],
      ['2025-11-24T12:00:00.000001Z', NOON + 1],
      ['2025-11-24T12:00:00.000001999Z', NOON + 1],
      ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29) * 1000],
      ['1969-12-31T23:59:59.999999Z', -1],
      ['1970-01-01T00:00:00Z', 0],
      ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1) * 1000],
    ] as const)
      assert.equal(parseTime(text), time, text)
  })

  test('is nothing else', () => {
    for (const text of [
      '',
      '2025-11-24',
      '2025-11-24T12:00:00',
      '2025-11-24T12:00Z',
      '2025-11-24T12:00:00.Z',
      '2025-11-24T12:00:00,5Z',
      '2025-11-24T12:00:00+0800',
      '2025-13-01T00:00:00Z',
      '2025-00-01T00:00:00Z',
      '2025-02-29T00:00:00Z',
      '2025-11-31T00:00:00Z',
      '2025-11-24T24:00:00Z',
      '2025-11-24T12:60:00Z',
      '2025-11-24T12:00:61Z',
      '0050-11-24T12:00:00Z',
      '2025-11-24T12:00:00+24:00',
      ' 2025-11-24T12:00:00Z',
      '2025-11-24T12:00:00Z\n',
    ])
      assert.equal(parseTime(text), undefined, text)
  })

  test('is written with microseconds only where there are some', () => {
    assert.equal(formatTime(Micros(NOON)), '2025-11-24T12:00:00.000Z')
    assert.equal(formatTime(Micros(NOON + 5)), '2025-11-24T12:00:00.000005Z')
    assert.equal(formatTime(Micros(-1)), '1969-12-31T23:59:59.999999Z')
  })

  test('survives writing and reading, before 1970 too', () => {
    const micros = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(micros, (time) => assert.equal(parseTime(formatTime(Micros(time))), time)),
      { seed: 1, numRuns: 1000 },
    )
  })
})

describe('a moment', () => {
  const now = Micros(NOON)
  test('is a time, epoch milliseconds or so long before now', () => {
    assert.equal(parseMoment('2025-11-24T12:00:00Z', now), NOON)
    assert.equal(parseMoment('1764000000000', now), 1_764_000_000_000_000)
    assert.equal(parseMoment('-90s', now), NOON - 90e6)
    assert.equal(parseMoment('-15m', now), NOON - 15 * 60e6)
    assert.equal(parseMoment('-2h', now), NOON - 2 * 3600e6)
    assert.equal(parseMoment('-7d', now), NOON - 7 * 86_400e6)
  })

  test('is nothing else', () => {
    for (const text of ['', '15m', '-15', '-15y', '-1.5h', 'now', '-1764000000000'])
      assert.equal(parseMoment(text, now), undefined, text)
  })
})
