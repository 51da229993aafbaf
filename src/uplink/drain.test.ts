import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Drain } from './drain.ts'

test('a backlog takes as long as its pace says, until it is seen to be slower', () => {
  const drain = new Drain(1000)
  drain.seen({ pending: 50_000, sent: 0 }, 0)
  assert.equal(drain.etaSeconds, 50)
  drain.seen({ pending: 50_100, sent: 0 }, 9000)
  assert.equal(drain.etaSeconds, 51, 'it has not begun')
  drain.seen({ pending: 49_500, sent: 500 }, 10_000)
  assert.equal(drain.etaSeconds, 50, 'that says too little')
  drain.seen({ pending: 48_000, sent: 2000 }, 13_000)
  assert.equal(drain.etaSeconds, 96)
  drain.seen({ pending: 20_000, sent: 30_000 }, 18_000)
  assert.equal(drain.etaSeconds, 20, 'no faster than it may')
  drain.seen({ pending: 18_000, sent: 32_000 }, 22_000)
  drain.seen({ pending: 14_000, sent: 36_000 }, 30_000)
  drain.seen({ pending: 10_000, sent: 40_000 }, 38_000)
  assert.equal(drain.etaSeconds, 20, 'what was long ago says nothing')
  drain.seen({ pending: 0, sent: 50_000 }, 60_000)
  assert.equal(drain.etaSeconds, 0)
})
