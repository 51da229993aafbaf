import type { TrialResult } from '../../src/kernel/trial.ts'
import { quality as bits } from '../../src/core/quality.ts'
import { type Sample, type Series, type Window, aggregate, newestOf } from './reference-model.ts'

/** Keeps every reading of a window and works out what is told of it from all of them each time. */
export class ReferenceWindows {
  readonly own: Series[] = []
  readonly groups: Series[] = []
  readonly results: TrialResult[] = []
  horizon = Infinity
  late = 0
  readonly #latenessUs: number

  constructor(latenessUs: number) {
    this.#latenessUs = latenessUs
  }

  take(series: Series, sample: Sample): void {
    const { time } = sample
    const start = time - (time % series.widthUs)
    const window = this.#find(series, start, time)
    if (window === undefined) {
      this.late++
      return
    }
    const wasNewest = newestOf(window.samples)
    const isLater = wasNewest === undefined || time >= wasNewest.time
    if (series.law === 'difference' && start < series.newest && isLater)
      this.#touchAfter(series, start)
    this.#touch(series, window)
    window.samples.push(sample)
    window.quality |= sample.quality
    this.#close(series, time)
  }

  tick(now: number): void {
    for (const kind of ['plain', 'composed', 'group'])
      for (const series of [...this.own, ...this.groups]) {
        if (series.kind !== kind || !series.isListed) continue
        series.isListed = false
        for (const window of ordered(series)) if (window.isChanged) this.#tell(series, window)
      }
    for (const series of this.own) this.#close(series, now)
    for (const series of this.groups) this.#close(series, now)
  }

  #close(series: Series, now: number): void {
    for (const window of ordered(series)) {
      const wait = series.kind === 'group' ? 2 * this.#latenessUs + 1_000_000 : this.#latenessUs
      if (window.isOpen && window.start + series.widthUs + wait <= now) this.#tell(series, window)
    }
  }

  #find(series: Series, start: number, time: number): Window | undefined {
    if (series.newest > this.horizon && time <= this.horizon) this.#forget(series)
    if (start > series.newest) series.newest = start
    const oldest = series.newest - (series.ring - 1) * series.widthUs
    for (const window of ordered(series)) if (window.start < oldest) this.#evict(series, window)
    if (start < oldest) return undefined
    const known = series.windows.get(start)
    if (known !== undefined) return known
    const window: Window = {
      start,
      samples: [],
      parts: new Map(),
      given: [],
      quality: 0,
      isOpen: false,
      isTold: false,
      isChanged: false,
      revision: 0,
    }
    series.windows.set(start, window)
    return window
  }

  #forget(series: Series): void {
    for (const window of ordered(series)) this.#evict(series, window)
    series.newest = -Infinity
    series.carry = undefined
  }

  #evict(series: Series, window: Window): void {
    if (window.isOpen || window.isChanged) this.#tell(series, window)
    const last = newestOf(window.samples)
    if (last !== undefined) series.carry = last.value
    series.windows.delete(window.start)
  }

  #touch(series: Series, window: Window): void {
    if (window.isOpen || window.isChanged) return
    if (window.isTold) this.#reopen(series, window)
    else window.isOpen = true
  }

  #touchAfter(series: Series, start: number): void {
    const next = ordered(series).find((one) => one.start > start && one.samples.length > 0)
    if (next?.isTold === true && !next.isChanged) this.#reopen(series, next)
  }

  #reopen(series: Series, window: Window): void {
    window.isChanged = true
    series.isListed = true
    for (const whole of wholesOf(series, window.start <= this.horizon)) {
      const target = this.#find(whole, window.start - (window.start % whole.widthUs), window.start)
      if (target === undefined) continue
      this.#touch(whole, target)
      target.parts.delete(keyOf(series, window))
    }
  }

  #tell(series: Series, window: Window): void {
    window.isOpen = false
    window.isChanged = false
    window.isTold = true
    if (series.kind === 'group') this.results.push(...groupResults(series, window))
    else this.results.push(windowResult(series, window))
    window.revision++
    this.#contribute(series, window)
  }

  #contribute(series: Series, window: Window): void {
    const { start } = window
    const { min, max } = extremes(series, window)
    for (const whole of wholesOf(series, start <= this.horizon)) {
      const target = this.#find(whole, start - (start % whole.widthUs), start)
      if (target === undefined) {
        this.late++
        continue
      }
      this.#touch(whole, target)
      target.quality |= window.quality
      const part = {
        value: valueOf(series, window),
        min,
        max,
        isFlagged: window.samples.some(({ isFlagged }) => isFlagged),
        quality: window.quality,
      }
      if (target.parts.size === 0) target.given = []
      target.given.push(part)
      target.parts.set(keyOf(series, window), part)
      if (whole.kind === 'composed') this.#close(whole, start + series.widthUs + this.#latenessUs)
    }
  }
}

export function ordered(series: Series): Window[] {
  return [...series.windows.values()].toSorted((one, other) => one.start - other.start)
}

function wholesOf(series: Series, isNow: boolean): Series[] {
  return series.group === undefined || !isNow ? series.coarser : [series.group, ...series.coarser]
}

function keyOf(series: Series, window: Window): string {
  return `${series.subject} ${window.start}`
}

function valuesOf(window: Window): number[] {
  const { parts, samples } = window
  return (parts.size > 0 ? [...parts.values()] : samples).map(({ value }) => value)
}

function valueOf(series: Series, window: Window): number {
  const values = valuesOf(window)
  const sum = values.reduce((all, one) => all + one, 0)
  switch (series.law) {
    case 'rms':
      return Math.sqrt(values.reduce((all, one) => all + one * one, 0) / values.length)
    case 'max':
      return Math.max(...values)
    case 'last':
      return lastOf(series, window)
    case 'difference':
      return series.kind === 'plain' ? differenceOf(series, window) : sum
    default:
      return sum / values.length
  }
}

function lastOf(series: Series, window: Window): number {
  if (series.kind === 'plain') return newestOf(window.samples)?.value ?? NaN
  const [last] = [...window.parts].toSorted(([one], [other]) => (one < other ? 1 : -1))
  return last?.[1].value ?? NaN
}

function differenceOf(series: Series, window: Window): number {
  const earlier = ordered(series).filter(
    (one) => one.start < window.start && one.samples.length > 0,
  )
  const before = newestOf(earlier.at(-1)?.samples ?? [])?.value ?? series.carry
  const [first] = window.samples.toSorted((one, other) => one.time - other.time)
  return (newestOf(window.samples)?.value ?? NaN) - (before ?? first?.value ?? NaN)
}

function extremes(series: Series, window: Window): { readonly min: number; readonly max: number } {
  if (series.kind === 'plain') {
    const values = valuesOf(window)
    return { min: Math.min(...values), max: Math.max(...values) }
  }
  const { given } = window
  const highest = given.map(({ value, max }) => (series.law === 'max' ? value : max))
  return { min: Math.min(...given.map(({ min }) => min)), max: Math.max(...highest) }
}

function windowResult(series: Series, window: Window): TrialResult {
  const value = valueOf(series, window)
  const count = series.kind === 'plain' ? window.samples : [...window.parts.values()]
  const isReset = series.law === 'difference' && value < 0
  return aggregate(
    {
      name: series.quantity,
      subject: series.subject,
      time: window.start,
      end: window.start + series.widthUs,
      value,
      fields: {
        method: series.law,
        samples: count.length,
        ...(series.expected > 0 ? { expected: series.expected } : {}),
        ...(series.isFlaggable ? { flagged: count.filter((one) => one.isFlagged).length } : {}),
        ...(series.law === 'difference' ? {} : extremes(series, window)),
      },
    },
    {
      revision: window.revision,
      quality: window.quality | (isReset ? bits.questionable | bits.inconsistent : 0),
    },
  )
}

function groupResults(series: Series, window: Window): TrialResult[] {
  const values = valuesOf(window)
  const sum = values.reduce((all, one) => all + one, 0)
  const put = (key: number, method: string, value: number): TrialResult => {
    const { quantity: name, subject, widthUs } = series
    const fields = { method, members: values.length, expected: series.expected }
    const [time, end] = [window.start, window.start + widthUs]
    const rest = { key, revision: window.revision, quality: window.quality }
    return aggregate({ name, subject, time, end, value, fields }, rest)
  }
  const mean = put(1, 'mean', sum / values.length)
  return series.law === 'sum' ? [put(0, 'sum', sum), mean] : [mean]
}
