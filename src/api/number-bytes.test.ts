import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NumberBytes } from './number-bytes.ts'

test('any run of numbers reads as String has it', () => {
  const decimal = fc
    .tuple(fc.integer({ min: -3e9, max: 3e9 }), fc.integer({ min: 0, max: 9 }))
    .map(([digits, decimals]) => digits / 10 ** decimals)
  const double = fc.double({ noNaN: true, noDefaultInfinity: true })
  const float = fc.float({ noNaN: true, noDefaultInfinity: true })
  const out = new Uint8Array(64)
  fc.assert(
    fc.property(fc.array(fc.oneof(decimal, double, float)), (values) => {
      const numbers = new NumberBytes()
      for (const value of values) {
        const text = Buffer.from(out.subarray(3, numbers.write(out, 3, value))).toString()
        assert.equal(text, String(value))
      }
    }),
    { numRuns: 1000 },
  )
})
