import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Desired, decodeDesired } from '../../fleet/desired.ts'
import type { ReportedSet } from '../../fleet/report.ts'
import { type SetFile, type SignedSet, filesFor, openSet } from '../../fleet/set.ts'
import type { Answer } from '../../fleet/transfer.ts'
import { type Sample, Watch } from '../../fleet/watch.ts'
import { Contents } from './contents.ts'
import type { PlacedFile, Places } from './places.ts'
import { Placing, keptNow } from './placing.ts'
import { rehearseApart } from './rehearsal-room.ts'
import type { Held, SetStore, Trial } from './set-store.ts'

export interface SetStationParts {
  readonly site: string
  readonly directory: string
  readonly shippedFolder: string
  readonly store: SetStore
  readonly places: Places
  readonly request: (bytes: Uint8Array) => void
  readonly sample: () => Sample
  /** Files were put in their places that the running edge can take as they are. */
  readonly renew: () => Promise<void>
  /** The site file is another one. */
  readonly restart: (why: string) => void
  readonly warn: (text: string) => void
}

/** Brings the edge from the set that it runs to the one that the centre asks for, or back. */
export class SetStation {
  readonly #parts: SetStationParts
  readonly #placing: Placing
  readonly #contents: Contents
  readonly #timer: NodeJS.Timeout
  #watch: Watch | undefined
  /** Being fetched or rehearsed. */
  #under: Desired | undefined
  #again: { readonly desired: Desired; readonly atMs: number } | undefined
  #drift: readonly string[] = []
  #lookedMs = -Infinity
  /** Of a minute ago, so that it is known whether readings come. */
  #before: { readonly sample: Sample; readonly atMs: number } | undefined
  #hadReadings = false
  #isEnding = false

  constructor(parts: SetStationParts) {
    this.#parts = parts
    const { store, places, request } = parts
    this.#placing = new Placing(store, places)
    this.#contents = new Contents(store, request)
    this.#timer = setInterval(() => this.#look(), limits.reportLookMs).unref()
  }

  status(): ReportedSet {
    const { good, last, trial } = this.#parts.store.state
    const none = { digest: '', revision: 0, reason: '', drift: this.#drift }
    if (trial !== null) {
      const { digest, revision } = trial.held
      return { ...none, state: 'watching', digest, revision }
    }
    if (this.#under !== undefined) {
      const { digest, revision } = this.#under
      return { ...none, state: 'fetching', digest, revision }
    }
    if (last === null) return { ...none, state: 'none' }
    const { digest, revision, outcome, reason } = last
    const isAsGood = outcome === 'good' && good !== null
    return { ...none, state: isAsGood ? 'good' : outcome, digest, revision, reason }
  }

  connected(): void {
    this.#contents.reconnected()
    this.#contents.look(performance.now())
  }

  answered(answer: Answer): void {
    this.#contents.answered(answer)
  }

  desired(bytes: Uint8Array): void {
    const desired = decodeDesired(bytes)
    if (desired === undefined || this.#isEnding) return
    if (desired.action === 'roll-back') this.#goBack(desired.digest)
    else void this.#run(desired)
  }

  stop(): void {
    this.#isEnding = true
    clearInterval(this.#timer)
    this.#contents.cancel()
  }

  #goBack(digest: string): void {
    const { good, trial } = this.#parts.store.state
    if (this.#under?.digest === digest) {
      this.#again = undefined
      this.#contents.cancel()
    } else if (trial?.held.digest === digest) this.#withdraw(ASKED)
    else if (good?.digest === digest) {
      const { back, held } = { back: this.#parts.store.state.before, held: good }
      if (back !== null && this.#placing.takeBack(ASKED)) this.#changed({ held, back }, ASKED)
    }
  }

  /** A set that was tried once is not tried again: whoever mends it gives it another revision. */
  async #run(desired: Desired): Promise<void> {
    const { store } = this.#parts
    const { good, last, trial } = store.state
    const isKnown = [good?.digest, last?.digest, trial?.held.digest].includes(desired.digest)
    if (isKnown || this.#under?.digest === desired.digest) return
    if (this.#under !== undefined || trial !== null) {
      this.#again = { desired, atMs: performance.now() }
      this.#contents.cancel()
      return
    }
    this.#under = desired
    try {
      const set = await this.#fetched(desired)
      const held = await this.#rehearsed(set)
      // What was wanted while it was being fetched may be another one by now.
      if (!this.#isEnding && this.#again === undefined) await this.#begin(set, held)
    } catch (thrown) {
      if (thrown instanceof GridError && thrown.code === 'not-found') this.#later(desired)
      else this.#failed(desired, errorText(thrown))
    }
    this.#under = undefined
  }

  async #fetched({ digest }: Desired): Promise<SignedSet> {
    const { store, site } = this.#parts
    await this.#contents.bring(digest, limits.setBytes)
    const set = openSet(store.read(digest).toString('utf8'), 'the set')
    if (!store.trustedKeys().includes(set.signer))
      throw new GridError('input', 'the set is signed with a key that this edge does not trust')
    const { revision } = set.manifest
    if (revision <= store.state.floor) {
      const text = `the set is of revision ${revision}, and this edge has had ${store.state.floor}`
      throw new GridError('input', text)
    }
    for (const { sha256, bytes } of filesFor(set.manifest, site))
      await this.#contents.bring(sha256, bytes)
    return set
  }

  async #rehearsed({ manifest, digest }: SignedSet): Promise<Held> {
    const { site, directory, shippedFolder, store, places } = this.#parts
    const files = filesFor(manifest, site)
    const answer = await rehearseApart({
      site,
      directory,
      shippedFolder,
      siteFile: places.siteFile,
      files: files.map(({ role, name, sha256 }) => ({ role, name, path: store.pathOf(sha256) })),
    })
    if (answer.kind === 'failed') throw new GridError('input', answer.why)
    const placed = files.flatMap((file) => placedFile(file, answer.policyName) ?? [])
    return { digest, revision: manifest.revision, files: placed }
  }

  async #begin({ manifest }: SignedSet, held: Held): Promise<void> {
    const back = keptNow(held, this.#parts)
    const { problems, p99Seconds } = this.#parts.sample()
    const baseline = { problems, p99Seconds, hadReadings: this.#hadReadings }
    const { watchSeconds } = manifest
    this.#placing.begin({ held, back, watchSeconds, baseline })
    this.#changed({ held, back }, `set ${manifest.revision}, ${manifest.title}`)
  }

  #changed({ held, back }: Pick<Trial, 'held' | 'back'>, why: string): void {
    this.#watch = undefined
    const of = ({ files }: Held): string | null | undefined =>
      files.find(({ place }) => place === 'site-file')?.sha256
    if (of(held) === of(back)) {
      this.#parts.renew().catch((thrown: unknown) => this.#parts.warn(errorText(thrown)))
      return
    }
    this.#isEnding = true
    this.#parts.restart(why)
  }

  #withdraw(reason: string): void {
    const { trial } = this.#parts.store.state
    if (trial === null) return
    this.#parts.warn(`Set ${trial.held.revision} is taken back: ${reason}`)
    this.#placing.withdraw(reason)
    this.#changed(trial, reason)
  }

  /** The centre may have it later: a worker that has just been started, or a disk that was slow. */
  #later(desired: Desired): void {
    this.#again ??= { desired, atMs: performance.now() + limits.reportMs }
  }

  #failed({ digest, revision }: Desired, reason: string): void {
    const { store, warn } = this.#parts
    warn(`Set ${revision} is not run here: ${reason}`)
    store.save({ ...store.state, last: { digest, revision, outcome: 'failed', reason } })
    store.sweep()
  }

  #look(): void {
    const nowMs = performance.now()
    this.#contents.look(nowMs)
    const sample = this.#parts.sample()
    this.#heedReadings(sample, nowMs)
    this.#lookAtDrift(nowMs)
    const { trial } = this.#parts.store.state
    if (trial?.step === 'watching') this.#lookAt(trial, sample, nowMs)
    const again = this.#again
    if (again === undefined || again.atMs > nowMs || this.#under !== undefined) return
    if (this.#parts.store.state.trial !== null) return
    this.#again = undefined
    void this.#run(again.desired)
  }

  #lookAt({ baseline, watchSeconds, held }: Trial, sample: Sample, nowMs: number): void {
    this.#watch ??= new Watch(baseline, sample, { watchMs: watchSeconds * 1000, nowMs })
    const verdict = this.#watch.look(sample, nowMs)
    if (verdict.kind === 'watching') return
    this.#watch = undefined
    if (verdict.kind === 'fallen') return this.#withdraw(verdict.why)
    this.#placing.accept()
    this.#parts.warn(`Set ${held.revision} is good.`)
  }

  #heedReadings(sample: Sample, nowMs: number): void {
    if (this.#before !== undefined && nowMs - this.#before.atMs < limits.reportMs) {
      this.#hadReadings ||= sample.readings > this.#before.sample.readings
      return
    }
    this.#hadReadings = this.#before !== undefined && sample.readings > this.#before.sample.readings
    this.#before = { sample, atMs: nowMs }
  }

  /** Files are read for it, so not every second. */
  #lookAtDrift(nowMs: number): void {
    if (nowMs - this.#lookedMs < limits.driftLookMs) return
    this.#lookedMs = nowMs
    const { good, trial } = this.#parts.store.state
    const changed = trial !== null ? [] : this.#parts.places.changed(good?.files ?? [])
    this.#drift = changed.map(({ place, name }) => (name === '' ? place : name))
  }
}

const ASKED = 'The centre asked for it.'

/** Examples are for the rehearsal only. */
function placedFile({ role, name, sha256 }: SetFile, policyName: string): PlacedFile | undefined {
  switch (role) {
    case 'site':
      return { place: 'site-file', name: '', sha256 }
    case 'policy':
      return { place: 'beside', name: policyName, sha256 }
    case 'policy-signature':
      return policyName === '' ? undefined : { place: 'beside', name: `${policyName}.sig`, sha256 }
    case 'processor':
      return { place: 'processor', name, sha256 }
    case 'policy-examples':
      return undefined
  }
}
