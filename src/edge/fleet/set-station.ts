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
  /** What the centre asked for last, until it is placed or has failed. */
  #wanted: Desired | undefined
  /** Being fetched or rehearsed; unless it is what is wanted, nothing comes of it. */
  #under: Desired | undefined
  /** Before then it is not asked for again. */
  #laterMs = -Infinity
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
    if (this.#wanted !== undefined) {
      const { digest, revision } = this.#wanted
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
    else this.#want(desired)
  }

  stop(): void {
    this.#isEnding = true
    clearInterval(this.#timer)
    this.#contents.cancel()
  }

  #goBack(digest: string): void {
    const { good, before, trial } = this.#parts.store.state
    if (this.#wanted?.digest === digest) this.#drop()
    if (trial?.held.digest === digest) this.#withdraw(ASKED)
    else if (good?.digest === digest && before !== null && this.#placing.takeBack(ASKED))
      this.#changed({ held: good, back: before }, ASKED)
  }

  /** A set that was tried once is not tried again: whoever mends it gives it another revision. */
  #want(desired: Desired): void {
    const { good, last, trial } = this.#parts.store.state
    const isKnown = [good?.digest, last?.digest, trial?.held.digest].includes(desired.digest)
    if (isKnown || this.#under?.digest !== desired.digest) this.#drop()
    if (isKnown) return
    this.#wanted = desired
    this.#next()
  }

  #drop(): void {
    this.#wanted = undefined
    this.#laterMs = -Infinity
    this.#contents.cancel()
  }

  /** One after the other: a set that is being watched is watched to its end, whatever is wanted then. */
  #next(): void {
    const isBusy = this.#under !== undefined || this.#parts.store.state.trial !== null
    if (isBusy || this.#isEnding || performance.now() < this.#laterMs) return
    if (this.#wanted !== undefined) void this.#run(this.#wanted)
  }

  async #run(desired: Desired): Promise<void> {
    this.#under = desired
    try {
      const set = await this.#fetched(desired)
      const rehearsed = await this.#rehearsed(set)
      if (this.#isWanted(desired)) this.#begin(set, rehearsed)
    } catch (thrown) {
      if (this.#isWanted(desired)) this.#failed(desired, thrown)
    }
    this.#under = undefined
    this.#next()
  }

  #isWanted({ digest }: Desired): boolean {
    return !this.#isEnding && this.#wanted?.digest === digest
  }

  async #fetched(desired: Desired): Promise<SignedSet> {
    const { store, site } = this.#parts
    const { digest } = desired
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
      if (this.#isWanted(desired)) await this.#contents.bring(sha256, bytes)
    return set
  }

  async #rehearsed({
    manifest,
    digest,
  }: SignedSet): Promise<{ readonly held: Held; readonly needsLink: boolean }> {
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
    const held = { digest, revision: manifest.revision, files: placed }
    return { held, needsLink: answer.changesUplink }
  }

  #begin(
    { manifest }: SignedSet,
    { held, needsLink }: { readonly held: Held; readonly needsLink: boolean },
  ): void {
    const back = keptNow(held, this.#parts)
    const { problems, p99Seconds } = this.#parts.sample()
    const baseline = { problems, p99Seconds, hadReadings: this.#hadReadings, needsLink }
    const { watchSeconds } = manifest
    this.#wanted = undefined
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

  #failed({ digest, revision }: Desired, thrown: unknown): void {
    // The centre may have it later: a worker that has just been started, or a disk that was slow.
    if (thrown instanceof GridError && thrown.code === 'not-found') {
      this.#laterMs = performance.now() + limits.reportMs
      return
    }
    const reason = errorText(thrown)
    const { store, warn } = this.#parts
    warn(`Set ${revision} is not run here: ${reason}`)
    this.#wanted = undefined
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
    this.#next()
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
