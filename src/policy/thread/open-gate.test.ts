import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { seededRandom } from '../../core/random.ts'
import { Micros } from '../../core/time.ts'
import type { Verdict } from '../gate.ts'
import { readLogKey } from '../log/log-key.ts'
import { openLogForReading, rowsOf } from '../log/log-rows.ts'
import { verifyLog } from '../log/verify-log.ts'
import { ExportRecord } from '../record.ts'
import type { PolicyChoice } from './desk-messages.ts'
import { DeskThread } from './desk-thread.ts'
import { openGate } from './open-gate.ts'

const folder = join(import.meta.dirname, '../../../policy')
const road = { destination: 'centre', channel: 'uplink', principal: 'centre' } as const
const aggregate = ExportRecord.aggregate({
  kind: 'power.active/900',
  subject: { kind: 'feeder', id: 'f1' },
  windowSeconds: 900,
  members: 12,
  fields: { mean: 4.5, owner: 'x' },
})

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'busbar-gate-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

interface Outcome {
  readonly verdicts: readonly Verdict[]
  readonly alarms: readonly string[]
}

async function askOnce(policy: PolicyChoice): Promise<Outcome> {
  const alarms: string[] = []
  const clock = (): Micros => Micros(Date.now() * 1000)
  const { gate, close } = openGate(
    { site: 'ss-1', policy, log: { directory } },
    { clock, onAlarm: (text) => alarms.push(text) },
  )
  const verdicts = await gate.ask(road, [aggregate])
  await gate.ask(road, [aggregate, aggregate])
  await close()
  return { verdicts, alarms }
}

test('the shipped policy decides in its thread, and every decision is in the log', async () => {
  const { verdicts, alarms } = await askOnce({ kind: 'shipped', folder })
  assert.deepEqual(verdicts, [
    {
      kind: 'leaves',
      subject: { kind: 'feeder', id: 'f1' },
      fields: { mean: 4.5 },
      redacted: ['owner'],
    },
  ])
  assert.deepEqual(alarms, [])
  const { rows, faults } = verifyLog({ directory, key: readLogKey(directory).public })
  assert.deepEqual({ rows, faults }, { rows: 4, faults: [] })
})

test('a bundle that is missing or not signed: nothing leaves, and somebody is told', async () => {
  const path = join(directory, 'site.tar.gz')
  const missing = await askOnce({ kind: 'site', path, keys: [] })
  assert.match(
    missing.verdicts[0]?.kind === 'undecided' ? missing.verdicts[0].reason : '',
    /no such/,
  )
  assert.match(missing.alarms[0] ?? '', /nothing may leave: .*site.tar.gz: no such file/)
  writeFileSync(path, 'x')
  writeFileSync(`${path}.sig`, 'x')
  const unsigned = await askOnce({ kind: 'site', path, keys: [] })
  assert.equal(unsigned.verdicts[0]?.kind, 'undecided')
  assert.match(unsigned.alarms[0] ?? '', /not signed/)
})

test('another policy is taken into use at once; one that is no good denies, and the log knows both', async () => {
  const clock = (): Micros => Micros(Date.now() * 1000)
  const opened = openGate(
    { site: 'ss-1', policy: { kind: 'shipped', folder }, log: { directory } },
    { clock, onAlarm: () => {} },
  )
  const { gate } = opened
  assert.equal((await gate.ask(road, [aggregate]))[0]?.kind, 'leaves')
  const path = join(directory, 'none.tar.gz')
  assert.match(await opened.renew({ kind: 'site', path, keys: [] }), /none.tar.gz: no such file/)
  assert.equal((await gate.ask(road, [aggregate]))[0]?.kind, 'undecided')
  assert.equal(await opened.renew({ kind: 'shipped', folder }), '')
  assert.equal((await gate.ask(road, [aggregate]))[0]?.kind, 'leaves')
  await opened.close()
  const { rows, faults } = verifyLog({ directory, key: readLogKey(directory).public })
  assert.deepEqual({ rows, faults }, { rows: 5, faults: [] })
})

test('every record is counted once, however many ask at a time and whatever interval it is', async () => {
  const time = { now: 1_795_521_600_000_000 }
  const { gate, close } = openGate(
    { site: 'ss-1', policy: { kind: 'shipped', folder }, log: { directory } },
    { clock: () => Micros(time.now), onAlarm: () => {} },
  )
  const random = seededRandom(7)
  const expected = new Map<string, number>()
  const asks: Promise<readonly Verdict[]>[] = []
  for (let ask = 0; ask < 400; ask++) {
    const records = Array.from({ length: Math.floor(random() * 5) }, () => {
      const id = `f${Math.floor(random() * 10)}`
      const content = {
        kind: 'k',
        subject: { kind: 'feeder', id },
        members: 7,
        fields: {},
      } as const
      const record = ExportRecord.aggregate({ ...content, windowSeconds: 900 })
      expected.set(id, (expected.get(id) ?? 0) + 1)
      return record
    })
    asks.push(gate.ask(road, records))
    if (random() < 0.1) await Promise.all(asks.splice(0))
    if (random() < 0.05) time.now += limits.decisionIntervalMs * 1000
  }
  await Promise.all(asks)
  await close()
  const db = openLogForReading(directory)
  const counted = new Map<string, number>()
  for (const { question, records } of rowsOf(db)) {
    const id = /"id":"(f\d)"/.exec(question)?.[1]
    if (id !== undefined) counted.set(id, (counted.get(id) ?? 0) + records)
  }
  db.close()
  assert.deepEqual(counted, expected)
  assert.equal(gate.counters.unlogged, 0)
})

test('a log that cannot be opened: nothing leaves, and somebody is told', async () => {
  writeFileSync(
    join(directory, 'policy.db'),
    'this is no database, but it has to have a page of text',
  )
  const { verdicts, alarms } = await askOnce({ kind: 'shipped', folder })
  assert.equal(verdicts[0]?.kind, 'undecided')
  assert.match(alarms[0] ?? '', /nothing may leave: .*not a database/)
})

test('a desk that is asked nothing rests: its thread ends, a question starts it again, and the log has no gap', async () => {
  const settings = { policy: { kind: 'shipped', folder }, log: { directory } } as const
  const alarms: string[] = []
  const onAlarm = (text: string): number => alarms.push(text)
  const desk = new DeskThread(settings, { onAlarm, restMs: 20 })
  const asked = [{ question: '{}', known: undefined, time: 1, records: 1 }]
  const isOpen = (): boolean => existsSync(join(directory, 'policy.db-wal'))
  for (let round = 0; round < 2; round++) {
    assert.equal((await desk.ask(asked)).length, 1)
    assert.ok(isOpen())
    while (isOpen()) await new Promise((resolve) => setTimeout(resolve, 5))
    // Two come while it ends: one thread answers both.
    const answers = await Promise.all([desk.ask(asked), desk.ask(asked)])
    assert.deepEqual(
      answers.map(({ length }) => length),
      [1, 1],
    )
  }
  while (isOpen()) await new Promise((resolve) => setTimeout(resolve, 5))
  await desk.close()
  assert.deepEqual(alarms, [])
  const { rows, faults, uncleanEnds } = verifyLog({ directory, key: readLogKey(directory).public })
  assert.deepEqual({ rows, faults, uncleanEnds }, { rows: 2 + 6, faults: [], uncleanEnds: 0 })
})

test('a policy that does not answer is given up, and the thread with it', async () => {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const policy = { kind: 'server', url: `http://127.0.0.1:${port}` } as const
  const settings = { policy, log: { directory } }
  const desk = new DeskThread(settings, { onAlarm: () => {}, answerMs: 1500, retryMs: 0 })
  const asked = [{ question: '{}', known: undefined, time: 1, records: 1 }]
  const began = Date.now()
  assert.equal(await desk.ask(asked), 'the policy did not answer within 1500 ms')
  assert.ok(Date.now() - began < 5000)
  // Another thread does what can be done: the log is there.
  assert.equal(await desk.tally([]), '')
  await desk.close()
  assert.equal(await desk.ask(asked), 'the edge is stopping')
  server.closeAllConnections()
  server.close()
})
