import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DeviceCheck,
  type EdgeAccount,
  type Finding,
  type StoredRow,
  accountFault,
} from './check.ts'
import { DeviceAccount } from './ledger.ts'
import { Model, payloadOf } from './model.ts'
import { newPlan, sampleTimeMs } from './plan.ts'
import { verdictOf, verdictText } from './verdict.ts'

const START = Date.UTC(2026, 0, 1)
const INDEX = 2
const model = new Model(1, 3)
const plan = newPlan({ startMs: START, messagesPerSecond: 3, deviceCount: 3 })
const PER_SAMPLE = Object.keys(model.valuesAt(INDEX, START)).length

/** What an edge has that stored these samples. */
function rowsOf(samples: readonly number[]): StoredRow[] {
  return samples.flatMap((k) => {
    const timeMs = sampleTimeMs(plan, INDEX, k)
    return Object.entries(model.valuesAt(INDEX, timeMs)).map(([quantity, value]) => {
      return { quantity, timeMs, value }
    })
  })
}

function account(numbers: Partial<EdgeAccount>): EdgeAccount {
  return { device: 'f1-rtu', received: 0, stored: 0, duplicates: 0, refused: {}, ...numbers }
}

function check(acknowledged: readonly number[], rows: readonly StoredRow[]): Finding {
  const devices = new DeviceAccount()
  for (const k of acknowledged) {
    const timeMs = sampleTimeMs(plan, INDEX, k)
    const payload = payloadOf(timeMs, model.valuesAt(INDEX, timeMs))
    devices.acknowledge(k, { timeMs, payload, readings: PER_SAMPLE })
  }
  const subject = { model, plan, index: INDEX, device: 'f1-rtu', entry: devices.entry }
  const one = new DeviceCheck(subject)
  for (const row of rows) one.add(row)
  return one.finish(account({ received: 10_000, stored: 10_000 }))
}

describe('acknowledged samples against stored rows', () => {
  test('the same on both sides', () => {
    const acknowledged = PER_SAMPLE * 5
    assert.deepEqual(check([0, 1, 2, 3, 4], rowsOf([0, 1, 2, 3, 4])), {
      device: 'f1-rtu',
      acknowledged,
      extra: 0,
      missing: 0,
      wrong: 0,
      twice: 0,
      faults: [],
    })
  })

  test('stored without an acknowledgement that arrived is legitimate', () => {
    const finding = check([0, 1, 4], rowsOf([0, 1, 2, 3, 4, 5]))
    assert.equal(finding.extra, 3 * PER_SAMPLE)
    assert.deepEqual(finding.faults, [])
  })

  test('a lost message, at the start, in the middle, at the end', () => {
    for (const lost of [0, 2, 4]) {
      const finding = check([0, 1, 2, 3, 4], rowsOf([0, 1, 2, 3, 4].filter((k) => k !== lost)))
      assert.equal(finding.missing, PER_SAMPLE)
      const time = new Date(sampleTimeMs(plan, INDEX, lost)).toISOString()
      assert.deepEqual(finding.faults, [`voltage.a at ${time} is not stored`])
    }
  })

  test('nothing stored at all', () => {
    assert.equal(check([0, 1], []).missing, 2 * PER_SAMPLE)
  })

  test('a single reading lost, changed, doubled', () => {
    const rows = rowsOf([0, 1, 2])
    assert.equal(check([0, 1, 2], rows.toSpliced(PER_SAMPLE + 3, 1)).missing, 1)
    const changed = rows.map((row, at) => (at === 4 ? { ...row, value: row.value + 0.01 } : row))
    assert.equal(check([0, 1, 2], changed).wrong, 1)
    assert.match(
      check([0, 1, 2], changed).faults.join(),
      /^current\.b at .* was sent as .* and stored as /,
    )
    const doubled = rows.flatMap((row, at) => (at === 4 ? [row, row] : [row]))
    assert.equal(check([0, 1, 2], doubled).twice, 1)
    assert.equal(check([0, 2], rowsOf([0, 1, 1, 2])).twice, PER_SAMPLE, 'even if unacknowledged')
  })

  test('rows of another run in between are none of ours', () => {
    const [row] = rowsOf([1])
    assert.ok(row !== undefined)
    const rows = [...rowsOf([0]), { ...row, timeMs: row.timeMs - 100 }, ...rowsOf([1])]
    assert.deepEqual(check([0, 1], rows).faults, [])
  })

  test('a ledger of another simulator is told, before its differences mislead', () => {
    const entry = { ...new DeviceAccount().entry, acknowledged: 1, samples: [[0, 0] as const] }
    const one = new DeviceCheck({ model, plan, index: INDEX, device: 'f1-rtu', entry })
    for (const row of rowsOf([0])) one.add(row)
    const { faults } = one.finish(account({ received: 99, stored: 99 }))
    assert.deepEqual(faults, ['the ledger was written by another version of the simulator'])
  })
})

describe('the account of the edge', () => {
  const sound = account({
    received: 30,
    stored: 20,
    duplicates: 4,
    refused: { badTime: 5 },
    inFlight: 1,
  })

  test('balances', () => assert.equal(accountFault(sound, 20), undefined))

  test('does not balance, is too small, is not there', () => {
    assert.match(
      accountFault({ ...sound, received: 31 }, 20) ?? '',
      /^received 31 is not stored 20/,
    )
    assert.match(accountFault(sound, 21) ?? '', /counts 20 stored, 21 are acknowledged/)
    assert.match(accountFault(undefined, 1) ?? '', /no account/)
  })
})

test('the verdict names what differs, and says so in one line where nothing does', () => {
  const sound = check([0, 1], rowsOf([0, 1, 2]))
  assert.equal(
    verdictText(verdictOf([sound, sound])),
    `2 devices, ${4 * PER_SAMPLE} readings acknowledged: all stored, none twice; ${2 * PER_SAMPLE} more stored whose acknowledgement was lost\n`,
  )
  const lost = { ...check([0, 1], rowsOf([0])), device: 'f1-meter-001' }
  assert.equal(
    verdictText(verdictOf([lost, sound])),
    [
      'device        acknowledged  missing  wrong  twice  what differs',
      'f1-meter-001            26       13      0      0  voltage.a at 2026-01-01T00:00:01.667Z is not stored',
      '',
      `2 devices, ${4 * PER_SAMPLE} readings acknowledged: 1 device differs; ${PER_SAMPLE} more stored whose acknowledgement was lost`,
      '',
    ].join('\n'),
  )
  assert.match(verdictText(verdictOf(Array(25).fill(lost))), /\nand 5 more \(--json names all\)\n/)
})
