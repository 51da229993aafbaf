import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PacketReader } from './reader.ts'
import { PacketWriter, stringBytes } from './writer.ts'

const MALFORMED = { name: 'ProtocolError', reason: 0x81 }

function string(...content: number[]): string {
  return new PacketReader(Uint8Array.from([0, content.length, ...content])).string()
}

describe('data types', () => {
  test('a string is UTF-8', () => {
    assert.equal(string(), '')
    assert.equal(string(0x41, 0xf0, 0xaa, 0x9b, 0x94), 'A\u{2a6d4}') // the example of section 1.5.4
    assert.equal(string(0xef, 0xbf, 0xbf), '\uffff')
  })

  test('a BOM is a character wherever it stands [MQTT-1.5.4-3]', () => {
    assert.equal(string(0xef, 0xbb, 0xbf, 0x61), '\ufeffa')
    assert.equal(string(0x61, 0xef, 0xbb, 0xbf), 'a\ufeff')
  })

  test('no surrogate, no overlong form, no stray byte [MQTT-1.5.4-1]', () => {
    for (const content of [
      [0xed, 0xa0, 0x80],
      [0xed, 0xb0, 0x80],
      [0xed, 0xa0, 0x81, 0xed, 0xb0, 0x81],
      [0xc0, 0x80],
      [0xe0, 0x80, 0xaf],
      [0xf5, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0x80],
      [0xc3],
      [0x61, 0xff],
    ]) {
      assert.throws(() => string(...content), MALFORMED)
    }
  })

  test('no U+0000 [MQTT-1.5.4-2]', () => {
    assert.throws(() => string(0x61, 0x00, 0x62), MALFORMED)
  })

  test('nothing is read past the end', () => {
    const read = (...bytes: number[]): PacketReader => new PacketReader(Uint8Array.from(bytes))
    assert.throws(() => read().byte(), MALFORMED)
    assert.throws(() => read(1).uint16(), MALFORMED)
    assert.throws(() => read(1, 2, 3).uint32(), MALFORMED)
    assert.throws(() => read(0).string(), MALFORMED)
    assert.throws(() => read(0, 2, 0x61).string(), MALFORMED)
    assert.throws(() => read(0xff, 0xff, 0x61).binary(), MALFORMED)
    assert.throws(() => read(0x80).varint(), MALFORMED)
    assert.throws(() => read(1).section(2), MALFORMED)
    assert.throws(() => read(1).finish(), MALFORMED)
    const outer = read(1, 2, 3)
    const section = outer.section(2)
    assert.equal(section.uint16(), 0x0102)
    assert.throws(() => section.byte(), MALFORMED)
    assert.equal(outer.byte(), 3)
    outer.finish()
  })

  test('binary data are views of the packet', () => {
    const bytes = Uint8Array.of(0, 2, 7, 8, 9)
    const reader = new PacketReader(bytes)
    const data = reader.binary()
    assert.equal(data.buffer, bytes.buffer)
    assert.deepEqual([...data], [7, 8])
    assert.deepEqual([...reader.rest()], [9])
    assert.equal(reader.left, 0)
  })

  test('integers at their limits', () => {
    const bytes = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
    const reader = new PacketReader(bytes)
    assert.equal(reader.byte(), 0xff)
    assert.equal(reader.uint16(), 0xffff)
    assert.equal(reader.uint32(), 0xffff_ffff)
  })

  test('a writer proves the length it was given', () => {
    const bug = { name: 'GridError', code: 'bug' }
    assert.throws(() => new PacketWriter(0x30, 3).finish(), bug)
    assert.throws(() => new PacketWriter(0x30, 268_435_456), bug)
    assert.throws(() => new PacketWriter(0x40, 2).packetId(0), bug)
    assert.throws(() => new PacketWriter(0x30, 70_002).string('a'.repeat(70_000)), bug)
    assert.throws(() => new PacketWriter(0x30, 70_002).binary(new Uint8Array(70_000)), bug)
  })

  test('a writer writes what a reader reads', () => {
    const text = 'A\u{2a6d4}\ufeffñ'
    const writer = new PacketWriter(0x30, 2 + 4 + 2 + stringBytes(text) + 3)
    writer.varint(300)
    writer.uint32(0xfedc_ba98)
    writer.uint16(0xabcd)
    writer.string(text)
    writer.binary(Uint8Array.of(5))
    const reader = new PacketReader(writer.finish(), 2)
    assert.equal(reader.varint(), 300)
    assert.equal(reader.uint32(), 0xfedc_ba98)
    assert.equal(reader.uint16(), 0xabcd)
    assert.equal(reader.string(), text)
    assert.deepEqual([...reader.binary()], [5])
    reader.finish()
  })
})
