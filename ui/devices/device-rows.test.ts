import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsOf } from './device-rows.ts'

const NOW = Date.UTC(2026, 0, 31, 12)

function device(id: string) {
  const nowhere = { feeder: undefined, transformer: undefined, voltageLevel: undefined }
  return { id, kind: 'meter', ...nowhere, phase: undefined, nominal: undefined }
}

function account(id: string, refused: Record<string, number> = {}) {
  return { device: id, received: 1, stored: 1, duplicates: 0, refused, inFlight: 0, thinned: 0 }
}

function reading(id: string, ageMs: number) {
  const time = new Date(NOW - ageMs).toISOString()
  return { device: id, quantity: 'voltage.a', time, value: 1, quality: 'good' }
}

test('devices that want a look come first', () => {
  const rows = rowsOf({
    devices: ['never', 'live', 'silent', 'refused'].map(device),
    accounts: [account('live'), account('stranger'), account('refused', { badTime: 2, other: 1 })],
    readings: [reading('live', 500), reading('silent', 90_000), reading('refused', 0)],
    sessions: [{ client: 'live', owner: null, connected: true, waiting: 0, dropped: 0 }],
    nowMs: NOW,
  })
  assert.deepEqual(
    rows.map(({ id, state, refused, isConnected }) => [id, state, refused, isConnected]),
    [
      ['stranger', 'quarantined', 0, false],
      ['refused', 'live', 3, false],
      ['silent', 'silent', 0, false],
      ['live', 'live', 0, true],
      ['never', 'never', 0, false],
    ],
  )
})
