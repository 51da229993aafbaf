import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../core/limits.ts'
import { Lockout } from './lockout.ts'

const ANA = { name: 'ana', isHere: false, isUser: true }

/** Each from an address of its own: what is left is the lock by name. */
function failFromEverywhere(lockout: Lockout, times: number): void {
  for (let time = 0; time < times; time++)
    lockout.failure({ ...ANA, address: `10.${time >> 8}.${time & 255}.1` }, 0)
}

test('many failures in one name shut it out of the network for a while', () => {
  const lockout = new Lockout()
  failFromEverywhere(lockout, limits.userFailures - 1)
  const away = { ...ANA, address: '172.16.0.1' }
  assert.ok(!lockout.refuses(away, 0))
  failFromEverywhere(lockout, 1)
  assert.ok(lockout.refuses(away, limits.userLockMs - 1))
  assert.deepEqual(lockout.locked(0), ['ana'])
  assert.ok(!lockout.refuses({ ...away, name: 'bo' }, 0))
  assert.ok(!lockout.refuses(away, limits.userLockMs))
  lockout.forget(away)
  assert.ok(!lockout.refuses(away, 0))
})

test('nobody is kept from this machine, nor from where the name came in lately', () => {
  const lockout = new Lockout()
  const desk = { ...ANA, address: '172.16.0.2' }
  lockout.success(desk)
  failFromEverywhere(lockout, limits.userFailures)
  assert.ok(!lockout.refuses(desk, 0))
  assert.ok(!lockout.refuses({ ...ANA, address: '127.0.0.1', isHere: true }, 0))
  assert.ok(lockout.refuses({ ...ANA, address: '172.16.0.3' }, 0))
})

test('a hundred thousand names and addresses take no more room than what is kept', () => {
  const lockout = new Lockout()
  for (let at = 0; at < 100_000; at++)
    lockout.failure(
      { name: `n${at}`, address: `10.${at >> 16}.${at >> 8}.${at}`, isUser: false },
      at,
    )
  for (let time = 0; time < limits.userFailures; time++)
    lockout.failure({ name: 'made up', address: `10.1.1.${time}`, isUser: false }, 0)
  assert.deepEqual(lockout.locked(0), [])
  assert.ok(lockout.size <= 3 * limits.loginFailuresKept)
})
