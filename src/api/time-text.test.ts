import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Micros, formatTime } from '../core/time.ts'
import { TimeText } from './time-text.ts'

test('any run of times reads as formatTime has it, before 1970 and across days too', () => {
  const time = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
  const near = fc.tuple(time, fc.array(fc.integer({ min: -90_000_000_000, max: 90_000_000_000 })))
  fc.assert(
    fc.property(near, ([start, steps]) => {
      const text = new TimeText()
      for (const step of [0, ...steps]) {
        const moment = Math.max(
          Number.MIN_SAFE_INTEGER,
          Math.min(start + step, Number.MAX_SAFE_INTEGER),
        )
        assert.equal(text.format(moment), formatTime(Micros(moment)))
      }
    }),
  )
})
