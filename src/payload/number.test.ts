import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { NumberScanner } from './number.ts'

const scanner = new NumberScanner()

function scan(text: string): { value: number; length: number } {
  const padded = Buffer.from(`!!${text}}`)
  const end = scanner.scan(padded, 2)
  return { value: scanner.value, length: end < 0 ? -1 : end - 2 }
}

function reads(text: string): void {
  if (!Number.isFinite(Number(text))) assert.equal(scan(text).length, -1, text)
  else assert.deepEqual(scan(text), { value: Number(text), length: text.length }, text)
}

const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.nat({ max: 9 }).map(String), minLength, maxLength })

const whole = fc.oneof(
  fc.constant('0'),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }).map(String), digits(0, 21))
    .map((parts) => parts.join('')),
)
const decimal = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole,
    fraction: fc.oneof(
      fc.constant(''),
      digits(1, 21).map((text) => `.${text}`),
    ),
    exponent: fc.oneof(
      { weight: 4, arbitrary: fc.constant('') },
      fc
        .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits(1, 3))
        .map((parts) => parts.join('')),
    ),
  })
  .map((parts) => parts.sign + parts.whole + parts.fraction + parts.exponent)

describe('a number', () => {
  test('is what Number makes of it, in every form of JSON', () => {
    fc.assert(fc.property(decimal, reads), { numRuns: 5000, seed: 1 })
  })

  test('survives printing: doubles, and float32 printed as doubles', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(finite, (value) => reads(String(value))),
      { numRuns: 2000, seed: 2 },
    )
    const single = fc.float({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(single, (value) => reads(String(value))),
      { numRuns: 2000, seed: 3 },
    )
  })

  test('is rounded once, also in the middle between two doubles', () => {
    for (const text of [
      '9007199254740991',
      '9007199254740993',
      '9007199254740995',
      '90071992547409.93',
      '4503599627370497.5',
      '4503599627370498.5',
      '9007199254740993.0001',
      '0.30000000000000004',
      '231.19999694824219',
      '17.976931348623157',
      '0.000000000000000000123456789',
    ])
      reads(text)
    const middle = fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n }).map((value) => value * 2n + 1n)
    fc.assert(
      fc.property(middle, fc.nat({ max: 15 }), (value, point) => {
        const text = value.toString()
        reads(text)
        if (point > 0) reads(`${text.slice(0, point)}.${text.slice(point)}`)
      }),
      { numRuns: 3000, seed: 4 },
    )
  })

  test('keeps the sign of zero and leaves what overflows to others', () => {
    reads('-0')
    reads('-0.0')
    reads('1e999')
    reads('-1e999')
    reads('1e-999')
  })

  test('ends where its bytes end', () => {
    assert.deepEqual(scan('12,34'), { value: 12, length: 2 })
    assert.deepEqual(scan('1.5 7'), { value: 1.5, length: 3 })
    assert.deepEqual(scan('123456789012:1'), { value: 123456789012, length: 12 })
  })

  test('is not what JSON does not call a number', () => {
    for (const text of [
      '',
      '-',
      '+1',
      '.5',
      '1.',
      '-.5',
      '01',
      '-01',
      '00',
      'NaN',
      '-Infinity',
      'e5',
    ])
      assert.equal(scan(text).length, -1, text)
    for (const text of [
      '1e',
      '1e+',
      '1.5e',
      '1e5.5',
      '1e5e5',
      '1.e5',
      '01e5',
      '1234567890.',
      '1-2e5',
    ])
      assert.notEqual(scan(text).length, text.length, text)
    assert.equal(scan('1'.repeat(65)).length, -1)
  })
})
