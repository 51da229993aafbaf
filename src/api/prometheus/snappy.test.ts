import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { snappyUncompress as otherUncompress } from 'hyparquet'
import { crc32c } from './crc32c.ts'
import { compressed } from './read-client.test.ts'
import { snappyUncompress } from './snappy.ts'

const MANY = 1 << 20

function uncompressed(hex: string): string {
  return Buffer.from(snappyUncompress(Buffer.from(hex.replaceAll(' ', ''), 'hex'), MANY)).toString()
}

describe('Snappy', () => {
  test('elements of every kind', () => {
    assert.equal(uncompressed('00'), '')
    assert.equal(uncompressed('05 10 68656c6c6f'), 'hello')
    // 'ab', then 4 bytes from 2 back (one-byte distance), 5 from 2 back (two), 3 from 1 back (four).
    assert.equal(uncompressed('06 04 6162 01 02'), 'ababab')
    assert.equal(uncompressed('07 04 6162 12 0200'), 'abababa')
    assert.equal(uncompressed('05 04 6162 0b 01000000'), 'abbbb')
    // A literal of 60 bytes and more carries its length in bytes of its own.
    assert.equal(uncompressed(`3d f0 3c ${'61'.repeat(61)}`), 'a'.repeat(61))
    assert.equal(uncompressed(`3d f4 3c00 ${'61'.repeat(61)}`), 'a'.repeat(61))
  })

  test('what is none is refused', () => {
    for (const hex of [
      '',
      '05',
      '8080808080',
      '05 10 6865',
      '04 10 68656c6c6f',
      '06 10 68656c6c6f',
      '06 04 6162 01 00',
      '06 04 6162 01 03',
      '03 04 6162 01 02',
      '06 04 6162 02',
      '3d f4 3c',
    ]) {
      assert.throws(() => uncompressed(hex), /not a block of Snappy/, hex)
    }
    assert.throws(() => snappyUncompress(Buffer.from('ffffff7f', 'hex'), MANY), /more than/)
  })

  test('arbitrary bytes end in an answer or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          snappyUncompress(bytes, 4096)
        } catch (thrown) {
          assert.match(String(thrown), /not a block of Snappy|more than/)
        }
      }),
    )
  })

  test('what is compressed comes back, also by the hands of another library', () => {
    const word = fc.constantFrom('voltage', 'current', 'a', '12.05', '\0\0\0\0')
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.array(word, { maxLength: 3000 }).map((words) => Buffer.from(words.join(''))),
    )
    fc.assert(
      fc.property(texts, (bytes) => {
        const packed = compressed(bytes)
        assert.ok(Buffer.from(snappyUncompress(packed, MANY)).equals(bytes))
        const other = new Uint8Array(bytes.length)
        if (bytes.length > 0) otherUncompress(packed, other)
        assert.ok(Buffer.from(other).equals(bytes))
      }),
    )
    const even = Buffer.alloc(65_536, 'voltage.a')
    assert.ok(compressed(even).length < even.length / 20)
  })
})

test('CRC-32C of the examples of RFC 3720', () => {
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa)
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43)
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
})
