import { limits } from '../../core/limits.ts'
import type { Places } from './places.ts'
import type { Held, SetStore, Trial } from './set-store.ts'

/** What there is now, kept so that it can be put back. */
export function keptNow(held: Held, { store, places }: { store: SetStore; places: Places }): Held {
  const { good } = store.state
  const files = held.files.map(({ place, name }) => {
    const bytes = places.read({ place, name })
    return { place, name, sha256: bytes === undefined ? null : store.keep(bytes) }
  })
  return { digest: good?.digest ?? '', revision: good?.revision ?? 0, files }
}

export class Placing {
  readonly #store: SetStore
  readonly #places: Places

  constructor(store: SetStore, places: Places) {
    this.#store = store
    this.#places = places
  }

  /** On the disk is first what is to be done, then what was done: a stop anywhere in between is gone over by `settle`. */
  begin(trial: Omit<Trial, 'step' | 'starts' | 'reason'>): void {
    const { state } = this.#store
    const floor = Math.max(state.floor, trial.held.revision)
    this.#store.save({
      ...state,
      floor,
      trial: { ...trial, step: 'placing', starts: 0, reason: '' },
    })
    this.settle()
  }

  /** Puts back what was there before. */
  withdraw(reason: string): void {
    const { state } = this.#store
    if (state.trial === null) return
    this.#store.save({ ...state, trial: { ...state.trial, step: 'withdrawing', reason } })
    this.settle()
  }

  /** What was good goes, because the centre asks for it. False: nothing is known of what was before it. */
  takeBack(reason: string): boolean {
    const { state } = this.#store
    const { good, before } = state
    if (good === null || before === null || state.trial !== null) return false
    const baseline = { problems: [], hadReadings: false, p99Seconds: 0, needsLink: false }
    const trial = { held: good, back: before, watchSeconds: 0, starts: 0, baseline, reason }
    this.#store.save({ ...state, trial: { ...trial, step: 'withdrawing' } })
    this.settle()
    return true
  }

  /** It is as well as before. */
  accept(): void {
    const { state } = this.#store
    const { trial } = state
    if (trial === null) return
    const { digest, revision } = trial.held
    const last = { digest, revision, outcome: 'good', reason: '' } as const
    this.#store.save({ ...state, good: trial.held, before: trial.back, trial: null, last })
    this.#store.sweep()
  }

  /** What was under way is done to its end. */
  settle(): void {
    const { trial } = this.#store.state
    if (trial?.step === 'placing') {
      this.#put(trial.held)
      this.#store.save({ ...this.#store.state, trial: { ...trial, step: 'watching' } })
    } else if (trial?.step === 'withdrawing') {
      this.#put(trial.back)
      const { digest, revision } = trial.held
      const last = { digest, revision, outcome: 'rolled-back', reason: trial.reason } as const
      const { state } = this.#store
      const wasGood = state.good?.digest === digest
      const ran = wasGood ? { good: trial.back, before: null } : {}
      this.#store.save({ ...state, ...ran, trial: null, last })
      this.#store.sweep()
    }
  }

  /** At each start: a set with which the edge starts again and again is no good one. */
  started(): void {
    this.settle()
    const { state } = this.#store
    const { trial } = state
    if (trial === null) return
    const starts = trial.starts + 1
    this.#store.save({ ...state, trial: { ...trial, starts } })
    if (starts > limits.trialStarts)
      this.withdraw(`The edge was started ${starts} times while it was being watched.`)
  }

  #put({ files }: Held): void {
    for (const file of this.#places.changed(files)) {
      const { sha256 } = file
      this.#places.put(file, sha256 === null ? undefined : this.#store.read(sha256))
    }
  }
}
