import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { Micros } from '../../core/time.ts'
import { certify, readCertificate } from './certificate.ts'
import { DecisionLog, type Entry } from './decision-log.ts'
import { readLogKey } from './log-key.ts'
import { type Verification, verifyLog } from './verify-log.ts'

let directory = ''
let alarms: string[] = []
/** 2026-11-24T12:00:00Z. */
const NOON = 1_795_521_600_000_000

describe('the decision log', () => {
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-log-'))
    alarms = []
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  function open(): DecisionLog {
    const world = { clock: () => Micros(NOON), onAlarm: (text: string) => alarms.push(text) }
    return DecisionLog.open({ directory }, world)
  }

  function entry(more: Partial<Entry> & { readonly class?: string } = {}): Entry {
    const { class: recordClass = 'aggregate', ...rest } = more
    const question = JSON.stringify({
      action: 'export',
      destination: 'centre',
      channel: 'uplink',
      principal: 'centre',
      site: 'ss-1',
      record: { class: recordClass, kind: 'k' },
    })
    const times = { first: NOON, last: NOON, records: 1 }
    return { ...times, revision: 'r1', question, allow: true, reason: 'so', redact: [], ...rest }
  }

  /** A log of six rows: opened, four decisions, closed. */
  function write(): void {
    const log = open()
    log.append([entry(), entry({ class: 'raw', allow: false, records: 7 })])
    log.append([
      entry({ records: 41, last: NOON + 5 }),
      entry({ class: 'event', redact: ['owner'] }),
    ])
    log.close()
  }

  function verify(): Verification {
    return verifyLog({ directory, key: readLogKey(directory).public })
  }

  /** What somebody with a program for SQLite does to the file. */
  function tamper(sql: string): void {
    const db = new DatabaseSync(join(directory, 'policy.db'))
    db.exec(sql)
    db.close()
  }

  test('an untouched log is whole', () => {
    write()
    const { rows, firstNumber, lastNumber, firstBad, faults, uncleanEnds, head } = verify()
    assert.deepEqual(
      { rows, firstNumber, lastNumber, firstBad, faults, uncleanEnds },
      {
        rows: 6,
        firstNumber: 1,
        lastNumber: 6,
        firstBad: undefined,
        faults: [],
        uncleanEnds: 0,
      },
    )
    assert.equal(head?.number, 6)
    assert.deepEqual(alarms, [])
  })

  test('a log is written on, and a kill is seen', () => {
    write()
    const killed = open()
    killed.append([entry()])
    const next = open()
    next.close()
    const { rows, faults, uncleanEnds } = verify()
    assert.deepEqual({ rows, faults, uncleanEnds }, { rows: 10, faults: [], uncleanEnds: 1 })
    assert.deepEqual(alarms, [])
  })

  const changes: readonly (readonly [string, string, number, RegExp])[] = [
    ['a count', 'UPDATE rows SET records = 1 WHERE number = 4', 4, /row 4 is not as it was/],
    ['a time', 'UPDATE rows SET first = first + 1 WHERE number = 2', 2, /row 2 is not as it was/],
    ['a verdict', `UPDATE decided SET allow = 1 WHERE allow = 0 AND question <> ''`, 3, /row 3/],
    ['a redaction', `UPDATE decided SET redact = '[]' WHERE redact <> '[]'`, 5, /row 5/],
    ['names that are none', `UPDATE decided SET redact = 'x' WHERE redact <> '[]'`, 5, /row 5/],
    ['a reason', `UPDATE decided SET reason = 'x' WHERE reason = 'so'`, 2, /row 2/],
    ['what was decided', 'DELETE FROM decided WHERE id = 2', 2, /row 2 is not/],
    ['a row less', 'DELETE FROM rows WHERE number = 3', 3, /row 3 is missing/],
    ['two rows less', 'DELETE FROM rows WHERE number IN (3, 4)', 3, /rows 3 to 4 are missing/],
    ['the first row less', 'DELETE FROM rows WHERE number = 1', 1, /row 1 is missing/],
    ['a hash', 'UPDATE rows SET hash = zeroblob(32) WHERE number = 5', 5, /row 5/],
    ['the end', 'DELETE FROM rows WHERE number >= 5', 5, /ends with row 4, its head names 6/],
    ['everything', 'DELETE FROM rows', 1, /ends with row 0, its head names 6/],
  ]

  for (const [what, sql, row, text] of changes) {
    test(`somebody changes ${what}: row ${row} is named`, () => {
      write()
      tamper(sql)
      const { firstBad, faults } = verify()
      assert.equal(firstBad, row)
      assert.match(faults[0] ?? '', text)
    })
  }

  test('somebody shortens the log and its head together: the head kept elsewhere tells', () => {
    write()
    copyFileSync(join(directory, 'policy.db'), join(directory, 'old.db'))
    const log = open()
    log.append([entry({ records: 900 })])
    log.close()
    copyFileSync(join(directory, 'old.db'), join(directory, 'policy.db'))
    const { firstBad, faults } = verify()
    assert.equal(firstBad, 7)
    assert.match(faults[0] ?? '', /ends with row 6, the head that is kept elsewhere names 9/)
    // Written on, it does not heal: the edge says so, numbers are not used again, and the gap stays.
    const on = open()
    on.append([entry()])
    on.close()
    assert.deepEqual(alarms, ['the decision log ends with row 6, but had 9 of them'])
    const later = verify()
    assert.equal(later.firstBad, 7)
    assert.match(later.faults.join('\n'), /rows 7 to 9 are missing/)
    assert.match(later.faults.join('\n'), /noticed at a start: the decision log ends with row 6/)
  })

  test('somebody brings back an older log with its older head: a head noted down tells', () => {
    write()
    for (const name of ['policy.db', 'policy-head.json'])
      copyFileSync(join(directory, name), join(directory, `old-${name}`))
    const log = open()
    log.append([entry({ records: 900 })])
    log.close()
    const earlier = verify().head
    for (const name of ['policy.db', 'policy-head.json'])
      copyFileSync(join(directory, `old-${name}`), join(directory, name))
    assert.deepEqual(verify().faults, [])
    const { firstBad, faults } = verifyLog({
      directory,
      key: readLogKey(directory).public,
      earlier,
    })
    assert.equal(firstBad, 7)
    assert.match(faults[0] ?? '', /the head that was noted down earlier names 9/)
  })

  test('somebody writes a log of his own: it is not signed by this edge', () => {
    write()
    const { public: key } = readLogKey(directory)
    for (const name of ['policy.db', 'policy-key.pem', 'policy-head.json'])
      rmSync(join(directory, name))
    write()
    const { faults } = verifyLog({ directory, key })
    assert.deepEqual(faults, [
      'the head of the log is not signed by this edge',
      'the head that is kept elsewhere is not signed by this edge',
    ])
  })

  test('a head that somebody wrote himself does not move the numbers', () => {
    write()
    const forged = { number: 9_007_199_254_740_991, hash: '0', time: 0, signature: 'x' }
    writeFileSync(join(directory, 'policy-head.json'), JSON.stringify(forged))
    open().close()
    assert.match(alarms[0] ?? '', /not signed by this edge/)
    const { lastNumber, firstBad } = verify()
    assert.deepEqual({ lastNumber, firstBad }, { lastNumber: 9, firstBad: undefined })
  })

  test('the head that is kept elsewhere: missing, no head, or in a place that cannot be written', () => {
    write()
    const path = join(directory, 'policy-head.json')
    writeFileSync(path, 'x')
    assert.match(verify().faults[0] ?? '', /no head of a decision log/)
    rmSync(path)
    assert.match(verify().faults[0] ?? '', /kept elsewhere is missing/)
    open().close()
    assert.match(alarms[0] ?? '', /kept elsewhere is missing/)
    const world = { clock: () => Micros(NOON), onAlarm: (text: string) => alarms.push(text) }
    DecisionLog.open({ directory, anchorPath: join(directory, 'no', 'where') }, world).close()
    assert.match(alarms.at(-1) ?? '', /cannot be kept in/)
  })

  test('two writers of one log: the second one is refused', () => {
    const first = open()
    const second = open()
    assert.throws(() => first.append([entry()]), /another process writes/)
    second.close()
  })

  test('the log keeps its bound, what went is summed up, and the chain goes on', () => {
    const rowsMost = 6000
    const world = { clock: () => Micros(NOON), onAlarm: (text: string) => alarms.push(text) }
    const log = DecisionLog.open({ directory, rowsMost }, world)
    const many = Array.from({ length: rowsMost }, (_, at) => entry({ records: 1 + (at % 2) }))
    log.append(many)
    log.append([entry()])
    log.close()
    const { rows, firstNumber, faults } = verify()
    assert.deepEqual(faults, [])
    assert.ok(rows <= rowsMost && firstNumber > 1)
    const key = readLogKey(directory)
    const order = { directory, month: '2026-11', now: Micros(NOON) }
    const [line] = certify(order, key).certificate.left
    assert.equal(line?.records, rowsMost * 1.5 + 1)
    tamper(`UPDATE beginning SET body = replace(body, '"records":', '"records":1')`)
    assert.match(verify().faults[0] ?? '', /before the first row is not signed/)
  })

  test('more kinds of decisions than an interval has room for: counted by class and road', () => {
    const log = open()
    log.append(
      Array.from({ length: limits.decisionKinds + 500 }, (_, at) => entry({ reason: `r${at}` })),
    )
    log.append([
      entry({ first: NOON + limits.decisionIntervalMs * 1000, reason: 'a new interval' }),
    ])
    log.close()
    assert.deepEqual(verify().faults, [])
    const db = new DatabaseSync(join(directory, 'policy.db'))
    const kinds = Number(db.prepare('SELECT count(*) AS kinds FROM decided').get()?.['kinds'])
    db.close()
    // The two notes, and the one that stands for the rest.
    assert.ok(kinds <= limits.decisionKinds + 4)
    const { certificate } = certify(
      { directory, month: '2026-11', now: Micros(NOON) },
      readLogKey(directory),
    )
    assert.equal(certificate.left[0]?.records, limits.decisionKinds + 501)
  })

  test('a certificate says what left and what stayed, and only this edge can sign it', () => {
    write()
    const key = readLogKey(directory)
    const order = { directory, month: '2026-11', now: Micros(NOON) }
    const signed = certify(order, key)
    const road = { site: 'ss-1', destination: 'centre', channel: 'uplink' }
    assert.deepEqual(signed.certificate.left, [
      { ...road, class: 'aggregate', records: 42, redacted: [] },
      { ...road, class: 'event', records: 1, redacted: ['owner'] },
    ])
    assert.deepEqual(signed.certificate.stayed, [
      { ...road, class: 'raw', records: 7, redacted: [] },
    ])
    assert.deepEqual(signed.certificate.policies, ['r1'])
    assert.equal(signed.certificate.isComplete, false)
    assert.equal(certify({ ...order, month: '2026-10' }, key).certificate.isComplete, true)
    const text = JSON.stringify(signed, undefined, 2)
    assert.deepEqual(readCertificate(text, key.public), signed.certificate)
    const forged = text.replace('"records": 42', '"records": 41')
    assert.throws(() => readCertificate(forged, key.public), /not as it was signed/)
    assert.throws(() => readCertificate('{}', key.public), /no certificate/)
    assert.throws(() => readCertificate('x', key.public), /not JSON/)
    rmSync(join(directory, 'policy-key.pem'))
    rmSync(join(directory, 'policy.db'))
    write()
    const other = readLogKey(directory).public
    assert.throws(() => readCertificate(text, other), /signed by another edge/)
  })

  test('nothing of the key is readable by others, and no file is made by reading', () => {
    assert.throws(() => readLogKey(directory), /no such file/)
    assert.throws(verify, /no such file/)
    write()
    assert.ok(readFileSync(join(directory, 'policy-key.pem'), 'utf8').includes('PRIVATE KEY'))
  })
})
