import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Act } from '../core/access.ts'
import { limits } from '../core/limits.ts'
import { Audit } from './audit.ts'

const ACT = { who: 'x', address: '', what: 'login', about: '', outcome: 'wrong', detail: '' }

test('a flood of failures is told with a count, and pushes out nothing', async () => {
  const acts: Act[] = []
  let nowMs = 0
  const audit = new Audit({ record: async (act) => void acts.push(act) }, () => nowMs)
  for (let at = 0; at < 1000; at++) await audit.tell(ACT)
  assert.equal(acts.length, limits.userFailuresToldPerSecond * limits.userFailuresToldSeconds)
  nowMs += 60_000
  await audit.tell(ACT)
  assert.equal(acts.at(-1)?.detail, 'and 940 more before it')
})

test('what the disk refuses is counted, and nobody is told that it failed', async () => {
  const audit = new Audit({ record: () => Promise.reject(new Error('full')) }, () => 0)
  await audit.add({ ...ACT, detail: 'y'.repeat(1000) })
  assert.equal(audit.unrecorded, 1)
})
