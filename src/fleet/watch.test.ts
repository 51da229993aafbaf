import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Sample, Watch } from './watch.ts'

const WELL: Sample = { problems: [], readings: 10, p99Seconds: 0.02, isLinkUp: true }
const BEFORE = {
  problems: ['The disk is slow (3 s).'],
  hadReadings: true,
  p99Seconds: 0.3,
  needsLink: false,
}

function watch(): Watch {
  return new Watch(BEFORE, WELL, { watchMs: 9000, nowMs: 0 })
}

test('as well as before is good, when the time is over', () => {
  const own = watch()
  const known = { ...WELL, problems: ['The disk is slow (7 s).'], readings: 20 }
  assert.equal(own.look(known, 8000).kind, 'watching')
  assert.equal(own.look(known, 9000).kind, 'good')
})

test('a new problem may pass; one that stays is a fall', () => {
  const own = watch()
  const ill = { ...WELL, problems: ['Processor x is stopped (trap).'], readings: 20 }
  assert.equal(own.look(ill, 1000).kind, 'watching')
  assert.equal(own.look({ ...WELL, readings: 21 }, 2000).kind, 'watching')
  assert.equal(own.look(ill, 5000).kind, 'watching')
  assert.equal(own.look(ill, 7900).kind, 'watching')
  assert.deepEqual(own.look(ill, 8000), {
    kind: 'fallen',
    why: 'Processor x is stopped (trap).',
  })
})

test('readings that stay away, and acknowledgements that take long, are a fall', () => {
  assert.equal(watch().look(WELL, 9000).kind, 'fallen')
  assert.equal(watch().look({ ...WELL, readings: 11, p99Seconds: 1.1 }, 9000).kind, 'good')
  assert.equal(watch().look({ ...WELL, readings: 11, p99Seconds: 1.3 }, 9000).kind, 'fallen')
})

test('a link that is cut is no fall, unless the way to the centre is another and was never proved', () => {
  const cut = { ...WELL, readings: 11, isLinkUp: false }
  assert.equal(watch().look(cut, 9000).kind, 'good')
  const other = (): Watch =>
    new Watch({ ...BEFORE, needsLink: true }, WELL, { watchMs: 9000, nowMs: 0 })
  assert.equal(other().look(cut, 9000).kind, 'fallen')
  const proved = other()
  assert.equal(proved.look(WELL, 3000).kind, 'watching')
  assert.equal(proved.look(cut, 9000).kind, 'good')
})
