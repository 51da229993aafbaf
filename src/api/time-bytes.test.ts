import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Micros, formatTime } from '../core/time.ts'
import { TimeBytes } from './time-bytes.ts'

test('any run of times reads as formatTime has it, before 1970 and across days too', () => {
  const time = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
  const near = fc.tuple(time, fc.array(fc.integer({ min: -90_000_000_000, max: 90_000_000_000 })))
  const out = new Uint8Array(16)
  fc.assert(
    fc.property(near, ([start, steps]) => {
      const bytes = new TimeBytes()
      for (const step of [0, ...steps]) {
        const moment = Math.max(
          Number.MIN_SAFE_INTEGER,
          Math.min(start + step, Number.MAX_SAFE_INTEGER),
        )
        bytes.moveTo(moment)
        const rest = out.subarray(0, bytes.writeRest(out, 0, moment))
        const text = Buffer.concat([bytes.minute, rest]).toString()
        assert.equal(text, formatTime(Micros(moment)))
      }
    }),
  )
})
