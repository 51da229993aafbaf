import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scrubber } from './scrubber.ts'

test('names, numbers, payloads and secrets go out of a sentence; what helps stays', () => {
  const scrubber = new Scrubber(['m1', 'm1.2', 'meter+', 'x'])
  const cases = {
    'grid/m1/readings refused, m12 is fine': 'grid/<device>/readings refused, m12 is fine',
    'of m1.2, after meter+ came': 'of <device>, after <device> came',
    'it was 231.2187, 230.1 V, 12345678 Wh at 1883':
      'it was <number>, 230.1 V, <number> Wh at 1883',
    'sent {"v":2,"p":[1]} twice': 'sent <payload> twice',
    'password = "a b" and Bearer abc': 'password = <secret> and Bearer <secret>',
    'mail to <li@example.org> failed': 'mail to <<address>> failed',
    'the disk is full (ENOSPC)': 'the disk is full (ENOSPC)',
  }
  for (const [text, plain] of Object.entries(cases)) assert.equal(scrubber.text(text), plain)
  assert.deepEqual(scrubber.value({ m1: ['m1', 1.2345, null] }), {
    '<device>': ['<device>', 1.2345, null],
  })
})
