import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { GridError } from '../core/errors.ts'
import {
  DeviceAccount,
  type Ledger,
  parseLedger,
  planOf,
  readLedger,
  writeLedger,
} from './ledger.ts'

function message(k: number): { timeMs: number; payload: string; readings: number } {
  return { timeMs: Date.UTC(2026, 0, 1) + k * 1000, payload: `payload ${k}`, readings: 3 }
}

function accountOf(order: readonly number[]): DeviceAccount {
  const account = new DeviceAccount()
  for (const k of order) account.acknowledge(k, message(k))
  return account
}

const ledger: Ledger = {
  version: 1,
  seed: 5,
  startedAt: '2026-01-01T00:00:00.000Z',
  intervalMs: 250,
  complete: true,
  devices: { 't1-monitor': accountOf([0, 1, 2, 4]).entry, 't2-monitor': accountOf([]).entry },
}

test('the entry of a device does not depend on the order of acknowledgements, nor on repetitions', () => {
  const { entry } = accountOf([0, 1, 2, 4])
  assert.deepEqual(accountOf([4, 2, 2, 0, 1, 4]).entry, entry)
  assert.notEqual(accountOf([0, 1, 2, 3]).entry.digest, entry.digest)
  assert.deepEqual(
    { ...entry, digest: '' },
    {
      sent: 0,
      acknowledged: 4,
      refused: 0,
      dropped: 0,
      readingsAcknowledged: 12,
      firstTime: '2026-01-01T00:00:00.000Z',
      lastTime: '2026-01-01T00:00:04.000Z',
      digest: '',
      samples: [
        [0, 2],
        [4, 4],
      ],
    },
  )
})

test('written and read back it is the same, and nothing else is left in the folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-ledger-'))
  try {
    const file = join(folder, 'ledger.json')
    writeLedger(file, { ...ledger, complete: false })
    writeLedger(file, ledger)
    assert.deepEqual(readLedger(file), ledger)
    assert.deepEqual(readdirSync(folder), ['ledger.json'])
  } finally {
    rmSync(folder, { recursive: true })
  }
  assert.deepEqual(planOf(ledger), {
    startMs: Date.UTC(2026, 0, 1),
    intervalMs: 250,
    deviceCount: 2,
  })
})

test('what is no ledger is told so', () => {
  const text = JSON.stringify(ledger)
  for (const wrong of [
    '',
    'null',
    '[]',
    text.replace('"version":1', '"version":2'),
    text.replace('[[0,2],[4,4]]', '[[0,2],[3,4]]'),
    text.replace('2026-01-01T00:00:00.000Z","interval', 'yesterday","interval'),
    text.replace('"intervalMs":250', '"intervalMs":0'),
  ]) {
    assert.throws(
      () => parseLedger(wrong, 'x.json'),
      (thrown) => thrown instanceof GridError && thrown.code === 'input',
      wrong.slice(0, 60),
    )
  }
  assert.throws(
    () => readLedger('no-such-file.json'),
    (thrown) => thrown instanceof GridError && thrown.code === 'not-found',
  )
})
