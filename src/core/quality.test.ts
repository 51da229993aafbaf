import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { formatQuality, parseQuality, quality, type QualityName } from './quality.ts'

describe('quality', () => {
  test('has the bits of IEC 61850-7-3 in their order, then ours, in 16 bits', () => {
    const details = Object.entries(quality).filter(([, bits]) => bits > 0b11)
    assert.deepEqual(
      details.map(([, bits]) => Math.log2(bits)),
      [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    )
    assert.deepEqual([quality.good, quality.invalid, quality.questionable], [0b00, 0b01, 0b11])
    assert.equal(quality.operatorBlocked, 1 << 12)
  })

  test('is written with the validity first', () => {
    assert.equal(formatQuality(quality.good), 'good')
    assert.equal(
      formatQuality(quality.outOfRange | quality.questionable),
      'questionable,outOfRange',
    )
    assert.equal(formatQuality(quality.invalid | quality.overflow), 'invalid,overflow')
    assert.equal(formatQuality(quality.timeOfArrival), 'timeOfArrival')
  })

  test('is read in any order, with spaces', () => {
    assert.equal(parseQuality('good'), 0)
    assert.equal(
      parseQuality(' outOfRange , questionable'),
      quality.questionable | quality.outOfRange,
    )
    assert.equal(parseQuality('good,estimated'), quality.estimated)
  })

  test('is not read where a name is not known', () => {
    for (const text of ['', ',', 'bad', 'Good', 'good,', 'toString', '__proto__', '3'])
      assert.equal(parseQuality(text), undefined, text)
  })

  test('survives writing and reading', () => {
    const names = fc.subarray(Object.keys(quality) as QualityName[])
    fc.assert(
      fc.property(names, (some) => {
        const bits = some.reduce((sum, name) => sum | quality[name], 0)
        assert.equal(parseQuality(formatQuality(bits)), bits)
      }),
      { seed: 1 },
    )
  })
})
