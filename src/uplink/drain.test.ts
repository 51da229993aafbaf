import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Drain } from './drain.ts'

test('a backlog takes as long as its pace has it, until it is seen to be slower', () => {
  const drain = new Drain(1000)
  drain.seen(50_000, 0)
  assert.equal(drain.etaSeconds, 50)
  drain.seen(50_000, 10_000)
  drain.seen(49_500, 11_000)
  assert.equal(drain.etaSeconds, 50)
  drain.seen(48_000, 14_000)
  assert.equal(drain.etaSeconds, 96)
  drain.seen(20_000, 18_000)
  assert.equal(drain.etaSeconds, 20, 'no faster than it may')
  drain.seen(60_000, 30_000)
  assert.equal(drain.etaSeconds, 60, 'it has grown: what was slow before says nothing')
  drain.seen(0, 90_000)
  assert.equal(drain.etaSeconds, 0)
})
