import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Sink } from '../../ports.ts'
import { MASK, frame } from './client-frames.test.ts'
import { WebSocket } from './web-socket.ts'

/** Takes what goes out. */
class TestSink implements Sink {
  readonly remote = 'test'
  readonly unsentBytes = 0
  isEnded = false
  readonly #written: Buffer[] = []

  write(bytes: Uint8Array): void {
    assert.equal(this.isEnded, false)
    this.#written.push(Buffer.from(bytes))
  }

  pause(): void {}
  resume(): void {}

  end(): void {
    assert.equal(this.isEnded, false)
    this.isEnded = true
  }

  hex(): string {
    return Buffer.concat(this.#written.splice(0)).toString('hex')
  }
}

interface Heard {
  readonly data: string
  readonly state: string
  /** What was answered at once, and then as the connection ended. */
  readonly answer: string
}

/** Frames in chunks of `size` bytes, then the end. */
function hear(bytes: Buffer, size = bytes.length): Heard {
  const sink = new TestSink()
  const socket = new WebSocket(sink)
  const data: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) {
    data.push(Buffer.from(socket.unwrap(Buffer.from(bytes.subarray(at, at + size)))))
  }
  if (socket.state !== 'open') socket.end()
  return { data: Buffer.concat(data).toString(), state: socket.state, answer: sink.hex() }
}

describe('frames from a client', () => {
  test('the masked "Hello" of RFC 6455, 5.7, as data', () => {
    const bytes = Buffer.from('828537fa213d7f9f4d5158', 'hex')
    assert.deepEqual(frame('Hello'), bytes)
    assert.equal(hear(bytes).data, 'Hello')
  })

  test('fragments, with a ping between them', () => {
    const bytes = Buffer.concat([
      frame('one ', { fin: false }),
      frame('hi', { opcode: 9 }),
      frame('', { opcode: 0, fin: false }),
      frame('two ', { opcode: 0, fin: false }),
      frame('three', { opcode: 0 }),
      frame(' four'),
    ])
    const expected = { data: 'one two three four', state: 'open', answer: '8a026869' }
    for (const size of [1, 2, 3, 7, 1000]) assert.deepEqual(hear(bytes, size), expected)
  })

  test('every length, and every way to write it that is right', () => {
    for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]) {
      const text = 'x'.repeat(length)
      assert.equal(hear(frame(text)).data, text)
    }
  })

  test('a mask of zeroes is a mask', () => {
    assert.equal(hear(frame('Hello', { mask: Buffer.alloc(4) })).data, 'Hello')
  })

  test('a pong that nobody asked for', () => {
    assert.deepEqual(hear(frame('x', { opcode: 10 })), { data: '', state: 'open', answer: '' })
  })

  test('a length without end is no reason to wait, or to take memory', () => {
    const socket = new WebSocket(new TestSink())
    const head = frame('', { length: 2 ** 52 })
    assert.equal(socket.unwrap(head).length, 0)
    assert.equal(socket.unwrap(Buffer.from([0x31 ^ 0x37])).toString(), '1')
    assert.equal(socket.state, 'open')
  })

  test('whatever the borders are, the stream is the same', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 })
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 50 }), (payloads, size) => {
        const frames = payloads.map((payload) => frame(Buffer.from(payload)))
        const sink = new TestSink()
        const socket = new WebSocket(sink)
        const bytes = Buffer.concat(frames)
        const heard: Buffer[] = []
        for (let at = 0; at < bytes.length; at += size) {
          heard.push(Buffer.from(socket.unwrap(Buffer.from(bytes.subarray(at, at + size)))))
        }
        assert.deepEqual(Buffer.concat(heard), Buffer.concat(payloads))
        assert.equal(sink.hex(), '')
      }),
    )
  })

  test('any bytes at all are decoded or refused, and never grow', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const socket = new WebSocket(new TestSink())
        assert.ok(socket.unwrap(Buffer.from(bytes)).length <= bytes.length)
      }),
    )
  })
})

const CLOSE_1002 = '880203ea'
const FAULTS: Readonly<Record<string, Buffer>> = {
  'no mask': frame('x', { mask: undefined }),
  'a reserved bit': frame('x', { reserved: 0x40 }),
  'a reserved opcode': frame('x', { opcode: 3 }),
  'a reserved control opcode': frame('', { opcode: 11 }),
  'a ping in fragments': frame('x', { opcode: 9, fin: false }),
  'a ping that is too long': frame('x'.repeat(126), { opcode: 9 }),
  'a continuation of nothing': frame('x', { opcode: 0 }),
  'a message inside of another': Buffer.concat([frame('', { fin: false }), frame('x')]),
  'a length with too many bytes': frame('x', { lengthBytes: 2 }),
  'a length with far too many bytes': frame('x'.repeat(300), { lengthBytes: 8 }),
  'a length of 64 bits': Buffer.concat([Buffer.from('82ff8000000000010000', 'hex'), MASK]),
}

describe('frames that are none', () => {
  for (const [what, bytes] of Object.entries(FAULTS)) {
    test(what, () => {
      const expected = { data: 'before', state: 'broken', answer: CLOSE_1002 }
      const all = Buffer.concat([frame('before'), bytes, frame('behind')])
      for (const size of [1, all.length]) assert.deepEqual(hear(all, size), expected)
    })
  }

  test('text is another kind of data [MQTT-6.0.0-1]', () => {
    assert.equal(hear(frame('x', { opcode: 1 })).answer, '880203eb')
  })
})

describe('the end', () => {
  const closing = (payload: string): Buffer => frame(Buffer.from(payload, 'hex'), { opcode: 8 })

  test('a closing frame is answered with its code, and nothing behind it counts', () => {
    for (const [payload, answer] of [
      ['', '880203e8'],
      ['03e9', '880203e9'],
      ['0fa0616263', '88020fa0'],
      ['03', CLOSE_1002],
      ['03ed', CLOSE_1002],
      ['0000', CLOSE_1002],
    ] as const) {
      const heard = hear(Buffer.concat([frame('a'), closing(payload), frame('b')]))
      assert.deepEqual(heard, { data: 'a', state: 'ended', answer })
    }
  })

  test('ours is said once, and what comes afterwards is thrown away', () => {
    const sink = new TestSink()
    const socket = new WebSocket(sink)
    socket.end()
    socket.end()
    assert.equal(sink.hex(), '880203e8')
    const late = Buffer.concat([frame('late'), frame('', { opcode: 9 }), closing('03e8')])
    assert.equal(socket.unwrap(late).length, 0)
    assert.equal(sink.hex(), '')
    assert.equal(sink.isEnded, true)
  })
})

describe('frames from us', () => {
  test('are whole, binary and not masked, whatever their length', () => {
    for (const [length, head] of [
      [0, '8200'],
      [125, '827d'],
      [126, '827e007e'],
      [65_535, '827effff'],
      [65_536, '827f0000000000010000'],
    ] as const) {
      const sink = new TestSink()
      new WebSocket(sink).write(Buffer.alloc(length, 0x61))
      assert.equal(sink.hex(), head + '61'.repeat(length))
    }
  })
})
