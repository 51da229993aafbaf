import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TokenBucket } from './token-bucket.ts'

test('a burst at once, then so much a second', () => {
  const bucket = new TokenBucket({ perSecond: 100, burstSeconds: 2 }, 0)
  assert.equal(bucket.charge(200, 0), 0)
  assert.equal(bucket.charge(1, 0), 10)
  assert.equal(bucket.charge(0, 9), 1)
  assert.equal(bucket.charge(0, 10), 0)
  assert.equal(bucket.charge(50, 10), 500)
  assert.ok(!bucket.isFull(2509))
  assert.ok(bucket.isFull(2510))
})

test('one at a time, never overdrawn', () => {
  const bucket = new TokenBucket({ perSecond: 1, burstSeconds: 3 }, 0)
  const taken = Array.from({ length: 5 }, () => bucket.take(0))
  assert.deepEqual(taken, [true, true, true, false, false])
  assert.ok(!bucket.take(999))
  assert.ok(bucket.take(1000))
  assert.ok(!bucket.take(1000))
})

test('a clock that is set back or ahead', () => {
  const bucket = new TokenBucket({ perSecond: 10, burstSeconds: 1 }, 1_000_000)
  assert.equal(bucket.charge(10, 1_000_000), 0)
  assert.equal(bucket.charge(1, 0), 100)
  assert.equal(bucket.charge(0, 100), 0)
  assert.equal(bucket.charge(11, 9_000_000), 100)
})
