import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Desired, encodeDesired } from '../../fleet/desired.ts'
import { type SetFile, type SignedSet, sha256, signSet } from '../../fleet/set.ts'
import { decodeRequest } from '../../fleet/transfer.ts'
import type { Sample } from '../../fleet/watch.ts'
import { SHIPPED_FOLDER } from '../egress/egress.ts'
import { Places } from './places.ts'
import { SetStation } from './set-station.ts'
import { SetStore } from './set-store.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const WELL: Sample = { problems: [], isLinkUp: true, readings: 0, p99Seconds: 0 }

function siteText(port: number): string {
  return `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
devices: [{ id: m1, kind: rtu }]
uplink: { url: 'mqtt://127.0.0.1:${port}' }
`
}

/** A station on a folder of its own, and a centre that has some contents and may be slow to answer. */
class Stand {
  readonly store: SetStore
  readonly siteFile: string
  readonly restarts: string[] = []
  sample = WELL
  /** Answers wait until this is cleared. */
  isHeld = false
  readonly #held: (() => void)[] = []
  readonly #contents = new Map<string, Uint8Array>()
  readonly #directory: string
  #station: SetStation

  constructor(t: TestContext) {
    this.#directory = mkdtempSync(join(tmpdir(), 'set-station-'))
    this.siteFile = join(this.#directory, 'site.yaml')
    mkdirSync(join(this.#directory, 'fleet'))
    writeFileSync(this.siteFile, siteText(1))
    this.store = new SetStore(this.#directory)
    this.#station = this.#started()
    t.after(() => {
      this.#station.stop()
      rmSync(this.#directory, { recursive: true })
    })
  }

  /** As a process does that has another site file. */
  startAgain(): void {
    this.#station.stop()
    this.#station = this.#started()
  }

  #started(): SetStation {
    const places = new Places(this.siteFile, this.#directory)
    return new SetStation({
      site: 's1',
      directory: this.#directory,
      shippedFolder: SHIPPED_FOLDER,
      store: this.store,
      places,
      request: (bytes) => this.#answer(bytes),
      sample: () => this.sample,
      renew: async () => {},
      restart: (why) => void this.restarts.push(why),
      warn: () => {},
    })
  }

  /** It differs by its revision, and by what it says of the site. */
  set(revision: number, site?: string): SignedSet {
    const files: SetFile[] = []
    if (site !== undefined) {
      const bytes = Buffer.from(site)
      this.#contents.set(sha256(bytes), bytes)
      files.push({ role: 'site', name: 's1', sha256: sha256(bytes), bytes: bytes.length })
    }
    const set = signSet({ revision, title: 't', watchSeconds: 1, files }, KEY)
    this.store.trust([set.signer])
    this.#contents.set(set.digest, Buffer.from(set.text))
    return set
  }

  ask({ digest, manifest }: SignedSet, action: Desired['action'] = 'run'): void {
    const { revision } = manifest
    this.#station.desired(encodeDesired({ action, digest, revision, rollout: 1, wave: 0 }))
  }

  release(): void {
    this.isHeld = false
    for (const each of this.#held.splice(0)) each()
  }

  /** Once the station says so. */
  async until(state: string, revision: number): Promise<void> {
    const is = (): boolean => {
      const now = this.#station.status()
      return now.state === state && now.revision === revision
    }
    for (const endMs = Date.now() + 10_000; Date.now() < endMs && !is();) await pause(20)
    assert.ok(is(), JSON.stringify(this.#station.status()))
  }

  #answer(bytes: Uint8Array): void {
    const request = decodeRequest(bytes)
    assert.ok(request?.kind === 'read')
    const { digest, offset } = request
    const content = this.#contents.get(digest) ?? assert.fail('nobody has asked for that')
    const piece = { bytes: content.subarray(offset), total: content.length }
    const answer = (): void => this.#station.answered({ kind: 'piece', digest, offset, ...piece })
    if (this.isHeld) this.#held.push(answer)
    else setImmediate(answer)
  }
}

describe('a station of sets', { concurrency: true }, () => {
  test('what is taken back while it is fetched, or rehearsed, is never placed', async (t) => {
    const stand = new Stand(t)
    const set = stand.set(1)
    stand.isHeld = true
    stand.ask(set)
    await stand.until('fetching', 1)
    stand.ask(set, 'roll-back')
    stand.release()
    await stand.until('none', 0)
    stand.ask(set)
    await pause(20)
    stand.ask(set, 'roll-back')
    await pause(1500)
    assert.equal(stand.store.state.floor, 0)
  })

  test('the set that was asked for last is the one that is placed', async (t) => {
    const stand = new Stand(t)
    const [first, second] = [stand.set(1), stand.set(2)]
    stand.isHeld = true
    stand.ask(first)
    stand.ask(second)
    stand.release()
    await stand.until('good', 2)
    assert.equal(stand.store.state.good?.digest, second.digest)
    assert.equal(stand.store.state.before?.digest, '', 'the first was never placed')
  })

  test('a set that arrives while another is watched waits for its end', async (t) => {
    const stand = new Stand(t)
    const [first, second] = [stand.set(1), stand.set(2)]
    stand.ask(first)
    await stand.until('watching', 1)
    stand.ask(second)
    await stand.until('good', 2)
    assert.equal(stand.store.state.before?.digest, first.digest)
  })

  test('and goes, when the one that is watched is asked for again', async (t) => {
    const stand = new Stand(t)
    const [first, second] = [stand.set(1), stand.set(2)]
    stand.ask(first)
    await stand.until('watching', 1)
    stand.ask(second)
    stand.ask(first)
    await stand.until('good', 1)
    await pause(1200)
    await stand.until('good', 1)
  })

  test('a link that is cut while it is watched takes nothing back', async (t) => {
    const stand = new Stand(t)
    stand.ask(stand.set(1))
    await stand.until('watching', 1)
    stand.sample = { ...WELL, isLinkUp: false }
    await stand.until('good', 1)
  })

  test('another way to the centre has to be proved, or it is taken back', async (t) => {
    const stand = new Stand(t)
    stand.ask(stand.set(1, siteText(2)))
    await stand.until('watching', 1)
    assert.equal(readFileSync(stand.siteFile, 'utf8'), siteText(2))
    stand.sample = { ...WELL, isLinkUp: false }
    stand.startAgain()
    await stand.until('rolled-back', 1)
    assert.equal(readFileSync(stand.siteFile, 'utf8'), siteText(1))
    assert.equal(stand.restarts.length, 2)
    assert.match(stand.store.state.last?.reason ?? '', /was not reached/)
  })

  test('nobody could take back a set without a way to the centre', async (t) => {
    const stand = new Stand(t)
    const [site = ''] = siteText(1).split('uplink')
    stand.ask(stand.set(1, site))
    await stand.until('failed', 1)
    assert.match(stand.store.state.last?.reason ?? '', /has no uplink/)
  })
})
