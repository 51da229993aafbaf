import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seededRandom } from '../../core/random.ts'
import { FrameBuffer } from './frame-buffer.ts'

describe('frame buffer', () => {
  test('what is kept comes before what arrives, whatever the sizes', () => {
    const random = seededRandom(3)
    for (let run = 0; run < 200; run++) {
      const frames = new FrameBuffer()
      let expected = Buffer.alloc(0)
      for (let step = 0; step < 30; step++) {
        const chunk = Buffer.alloc(Math.floor(random() ** 4 * 65_536), step + 1)
        expected = Buffer.concat([expected, chunk])
        const joined = frames.join(chunk)
        assert.ok(joined.equals(expected))
        const from = random() < 0.3 ? 0 : Math.floor(random() * (joined.length + 1))
        frames.keep(joined, from)
        chunk.fill(0xee)
        expected = expected.subarray(from)
        assert.equal(frames.length, expected.length)
        assert.ok(frames.heldBytes <= Math.max(4 * frames.length, 8192))
      }
      assert.ok(frames.join(Buffer.alloc(0)).equals(expected))
    }
  })

  test('buffers that take turns do not disturb each other', () => {
    const buffers = Array.from({ length: 5 }, () => new FrameBuffer())
    for (let round = 0; round < 50; round++) {
      for (const [index, frames] of buffers.entries()) {
        frames.keep(frames.join(Buffer.alloc(100 + index, index)), 0)
      }
    }
    for (const [index, frames] of buffers.entries()) {
      const bytes = frames.join(Buffer.alloc(0))
      assert.ok(bytes.equals(Buffer.alloc(50 * (100 + index), index)))
    }
  })

  test('nothing is held where nothing waits, little where little waits', () => {
    const frames = new FrameBuffer()
    for (let count = 0; count < 5; count++) frames.keep(frames.join(Buffer.alloc(50_000)), 0)
    frames.keep(frames.join(Buffer.alloc(1)), 249_990)
    assert.equal(frames.length, 11)
    assert.ok(frames.heldBytes <= 8192)
    frames.keep(frames.join(Buffer.alloc(1)), 12)
    assert.equal(frames.heldBytes, 0)
  })

  test('a packet that arrives byte by byte costs its own length', () => {
    const frames = new FrameBuffer()
    const byte = Buffer.alloc(1)
    const startedMs = performance.now()
    for (let count = 0; count < 256 * 1024; count++) frames.keep(frames.join(byte), 0)
    assert.equal(frames.length, 256 * 1024)
    assert.ok(performance.now() - startedMs < 5000)
  })
})
