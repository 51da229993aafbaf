import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { assertFlags, remainingLength, varintBytes } from './fixed-header.ts'
import { writeVarint } from './variable-byte-integer.ts'

const MALFORMED = { name: 'ProtocolError', reason: 0x81 }

describe('fixed header', () => {
  test('byte 1: exactly the types and flags of table 2-2', () => {
    const publish = [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c, 0x3d]
    const others = [0x10, 0x20, 0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xa2, 0xb0, 0xc0, 0xd0]
    const valid = new Set([...publish, ...others, 0xe0, 0xf0])
    for (let first = 0; first < 256; first++) {
      if (valid.has(first)) assertFlags(first)
      else assert.throws(() => assertFlags(first), MALFORMED, first.toString(16))
    }
  })

  test('remaining length: the limits of table 1-1', () => {
    for (const [bytes, value] of [
      [[0x00], 0],
      [[0x7f], 127],
      [[0x80, 0x01], 128],
      [[0xff, 0x7f], 16_383],
      [[0x80, 0x80, 0x01], 16_384],
      [[0xff, 0xff, 0x7f], 2_097_151],
      [[0x80, 0x80, 0x80, 0x01], 2_097_152],
      [[0xff, 0xff, 0xff, 0x7f], 268_435_455],
    ] as const) {
      const stored = Uint8Array.from([0x30, ...bytes, 0xee])
      assert.equal(remainingLength(stored, 1, stored.length), value)
      assert.equal(varintBytes(value), bytes.length)
      const written = new Uint8Array(6)
      assert.equal(writeVarint(written, 1, value), 1 + bytes.length)
      assert.deepEqual([...written.subarray(1, 1 + bytes.length)], [...bytes])
    }
  })

  test('more bytes are needed', () => {
    const bytes = Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f)
    for (let end = 1; end < 5; end++) assert.equal(remainingLength(bytes, 1, end), -1)
    assert.equal(remainingLength(bytes, 1, 5), 268_435_455)
  })

  test('a fifth byte is refused when the fourth asks for it, a needless byte at once', () => {
    for (const bytes of [
      [0xff, 0xff, 0xff, 0xff],
      [0x80, 0x80, 0x80, 0x80, 0x01],
      [0x80, 0x00],
      [0xff, 0x00],
      [0x80, 0x80, 0x00],
      [0xff, 0xff, 0xff, 0x00],
    ]) {
      assert.throws(() => remainingLength(Uint8Array.from(bytes), 0, bytes.length), MALFORMED)
    }
  })

  test('what is written is read, and anything else is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 268_435_455 }), (value) => {
        const bytes = new Uint8Array(4)
        const end = writeVarint(bytes, 0, value)
        assert.equal(end, varintBytes(value))
        assert.equal(remainingLength(bytes, 0, end), value)
        assert.equal(remainingLength(bytes, 0, end - 1), -1)
      }),
      { seed: 1, numRuns: 1000 },
    )
  })
})
