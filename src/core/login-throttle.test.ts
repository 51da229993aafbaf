import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from './limits.ts'
import { LoginThrottle } from './login-throttle.ts'

const HERE = { address: '10.0.0.1', name: 'm1' }

test('a few failures are free, then the wait doubles up to its bound', () => {
  const throttle = new LoginThrottle()
  let nowMs = 0
  for (let count = 0; count < limits.loginFailures; count++) {
    assert.ok(!throttle.refuses(HERE, nowMs))
    throttle.failure(HERE, nowMs)
  }
  for (const waitMs of [1000, 2000, 4000]) {
    assert.ok(throttle.refuses(HERE, nowMs + waitMs - 1))
    nowMs += waitMs
    assert.ok(!throttle.refuses(HERE, nowMs))
    throttle.failure(HERE, nowMs)
  }
  for (let count = 0; count < 50; count++) throttle.failure(HERE, nowMs)
  assert.ok(throttle.refuses(HERE, nowMs + limits.loginWaitMsMax - 1))
  assert.ok(!throttle.refuses(HERE, nowMs + limits.loginWaitMsMax))
})

test('nobody keeps a device out from another address', () => {
  const throttle = new LoginThrottle()
  for (let count = 0; count < 100; count++) throttle.failure(HERE, 0)
  assert.ok(!throttle.refuses({ address: '10.0.0.2', name: 'm1' }, 1))
  assert.ok(throttle.refuses({ address: '10.0.0.1', name: 'm2' }, 1))
  assert.equal(throttle.failed, 100)
})

test('success clears the name; time clears all', () => {
  const throttle = new LoginThrottle()
  for (let count = 0; count < limits.loginFailures; count++) throttle.failure(HERE, 0)
  assert.ok(throttle.refuses(HERE, 1))
  throttle.success(HERE)
  assert.ok(!throttle.refuses(HERE, 1))
  for (let count = 0; count < limits.loginFailures; count++) throttle.failure(HERE, 0)
  throttle.failure(HERE, limits.loginForgetMs)
  assert.ok(!throttle.refuses(HERE, limits.loginForgetMs))
})

test('the table is bounded: the oldest goes', () => {
  const throttle = new LoginThrottle()
  for (let count = 0; count < limits.loginFailuresKept + 10; count++) {
    throttle.failure({ address: `10.0.0.${count}`, name: 'x' }, count)
  }
  assert.equal(throttle.size, limits.loginFailuresKept)
})
