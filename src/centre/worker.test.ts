import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { limits } from '../core/limits.ts'
import { encodeEnvelope } from '../uplink/envelope.ts'
import type { Inbox } from './inbox.ts'
import { Worker } from './worker.ts'

/** A database that is as slow as the test wants, and what it answered. */
class Stand {
  readonly commits: { readonly sites: readonly string[]; readonly done: () => void }[] = []
  readonly sent: string[] = []
  readonly warnings: string[] = []
  goneOn = 0
  readonly worker: Worker

  constructor() {
    const inbox: Pick<Inbox, 'commit'> = {
      commit: async (envelopes) => {
        const sites = envelopes.map(({ site }) => site)
        await new Promise<void>((done) => this.commits.push({ sites, done }))
        return [...new Set(sites)].map((site) => {
          return { site, stream: 'events', epoch: 1, ranges: [[1, 1] as const] }
        })
      },
    }
    this.worker = new Worker({ inbox, warn: (text) => this.warnings.push(text) })
    this.worker.connect({
      isConnected: true,
      publish: (messages) => this.sent.push(...messages.map(({ topic }) => topic)),
      goOn: () => this.goneOn++,
    })
  }
}

function envelope(site: string): Uint8Array {
  const head = { site, stream: 'events', epoch: 1, first: 1, last: 1, isBackfill: false }
  const bytes = encodeEnvelope({ ...head, body: { kind: 'records', records: [], withheld: [1] } })
  return bytes ?? assert.fail()
}

/** So many bytes that cannot be compressed, and its head. */
function backlog(site: string, bytes: number): Uint8Array {
  const head = { site, stream: 'events', epoch: 1, first: 1, last: 1, isBackfill: true }
  const fields = { noise: randomBytes(bytes).toString('base64') }
  const about = { sequence: 1, kind: 'event', processor: 'p', name: 'n', key: 0 } as const
  const subject = { kind: 'feeder', id: 'f1' }
  const record = { ...about, subject, time: 1, end: 0, revision: 0, fields }
  const body = { kind: 'records', records: [record], withheld: [] } as const
  return encodeEnvelope({ ...head, body }) ?? assert.fail()
}

describe('the worker of a centre', () => {
  test('acknowledges what is stored, a site once a commit, and nothing before', async () => {
    const { worker, commits, sent } = new Stand()
    for (let times = 0; times < 3; times++) worker.take('uplink/v1/a/events', envelope('a'))
    await turn()
    assert.deepEqual(
      commits.map(({ sites }) => sites),
      [['a', 'a', 'a']],
    )
    assert.deepEqual(sent, [])
    commits[0]?.done()
    await turn()
    assert.deepEqual(sent, ['uplink/v1/a/ack'])
  })

  test('has several commits at a time, and a site in one of them only', async () => {
    const { worker, commits } = new Stand()
    const sites = Array.from({ length: 40 }, (_, at) => `s${at}`)
    for (const site of [...sites, ...sites]) worker.take(`uplink/v1/${site}/events`, envelope(site))
    await turn()
    assert.equal(commits.length, limits.centreCommits)
    const lanes = commits.map((each) => new Set(each.sites))
    assert.equal(
      lanes.reduce((sum, { size }) => sum + size, 0),
      sites.length,
    )
  })

  test('stores less of a backlog at a time where the database is slow', async () => {
    const { worker, commits } = new Stand()
    for (let times = 0; times < 8; times++)
      worker.take('uplink/v1/a/events', backlog('a', limits.centreBackfillBytes / 5))
    await turn()
    assert.equal(commits[0]?.sites.length, 4)
    await pause(limits.centreBackfillMs * 3)
    commits[0].done()
    await turn()
    assert.equal(commits[1]?.sites.length, 1)
  })

  test('takes no more than it may keep, and says when there is room again', async () => {
    const stand = new Stand()
    const { worker, commits } = stand
    worker.take('uplink/v1/a/events', envelope('a'))
    await turn()
    worker.take('uplink/v1/a/events', new Uint8Array(limits.centreWaitingBytes))
    assert.ok(worker.isFull)
    assert.equal(stand.goneOn, 0)
    commits[0]?.done()
    await turn()
    assert.equal(worker.refused, 1, 'it was no envelope')
    assert.equal(worker.isFull, false)
    assert.equal(stand.goneOn, 1)
  })

  test('refuses an envelope that came by the topic of another site, and passes over acknowledgements', async () => {
    const { worker, commits, warnings } = new Stand()
    worker.take('uplink/v1/b/events', envelope('a'))
    worker.take('uplink/v1/b/ack', Buffer.from('{}'))
    await turn()
    assert.equal(commits.length, 0)
    assert.equal(worker.refused, 1)
    assert.match(warnings.join(), /b, events: an envelope of a, events/)
  })
})
