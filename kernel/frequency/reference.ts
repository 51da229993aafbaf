import type { TrialReading } from '../../src/kernel/trial.ts'

/**
 * What `frequency` computes, in plain TypeScript and by other means: it looks at all readings of one device at once, sorts out which
 * frequencies count, and then walks along each limit. Written from docs/processors/frequency.md, not from the module.
 */
export interface Setting {
  readonly nominalHz: number
  readonly nominalV: number
  readonly thresholds: readonly { readonly deviationHz: number }[]
  readonly hysteresisHz: number
  readonly holdMs: number
  readonly settleMs: number
  readonly rocof: {
    readonly windowMs: number
    readonly spanMs: number
    readonly readings: number
    readonly everyMs: number
    readonly limitHzPerSecond: number
    readonly hysteresisPercent: number
    readonly holdMs: number
  }
}

export interface Found {
  readonly events: readonly FoundEvent[]
  readonly rocof: readonly { readonly time: number; readonly value: number }[]
  /** Readings that were used, refused, and too late to be either. */
  readonly counts: { readonly samples: number; readonly flagged: number; readonly late: number }
}

/** As it stands after the last reading; `end` 0: still open. */
export interface FoundEvent {
  readonly name: string
  readonly key: number
  readonly start: number
  readonly end: number
  readonly value: number
  readonly cause: string | undefined
  readonly isInvalid: boolean
}

interface Judged {
  /** How many were judged before it. */
  readonly order: number
  readonly time: number
  readonly value: number
  /** Empty: the reading counts. `reading`: the device itself called it invalid. */
  readonly against: string
  /** Of a slope: how far back it reaches. */
  readonly spanUs?: number
}

/** The voltage is lost at `time`; `proven` is the newest reading that had shown it. */
interface Loss {
  /** Frequencies judged before it was known. */
  readonly order: number
  readonly time: number
  readonly proven: number
  readonly cause: string
}

/** Readings in the order of arrival, of one device; the last one of all must be a frequency or be followed by enough ticks. */
export function refer(readings: readonly TrialReading[], setting: Setting): Found {
  const { judged, losses, late } = judge(readings, setting)
  const accepted = judged.filter(({ against }) => against === '')
  const slopes = slopesOf(judged, losses, setting)
  return {
    events: [
      ...unusable(judged),
      ...setting.thresholds.flatMap(({ deviationHz }, key) => {
        const limit = setting.nominalHz + deviationHz
        return crossings(judged, losses, {
          name: deviationHz < 0 ? 'frequency.low' : 'frequency.high',
          key,
          limit,
          back: deviationHz < 0 ? limit + setting.hysteresisHz : limit - setting.hysteresisHz,
          holdUs: setting.holdMs * 1000,
        })
      }),
      ...[-1, 1].flatMap((sign, key) => {
        const limit = sign * setting.rocof.limitHzPerSecond
        return crossings(slopes, losses, {
          name: 'frequency.rocof',
          key,
          limit,
          back: limit * (1 - setting.rocof.hysteresisPercent / 100),
          holdUs: setting.rocof.holdMs * 1000,
        })
      }),
    ],
    rocof: spaced(
      slopes.filter(({ against }) => against === ''),
      setting.rocof.everyMs * 1000,
    ),
    counts: { samples: accepted.length, flagged: judged.length - accepted.length, late },
  }
}

type Supply = 'present' | 'voltage-gone' | 'voltage-unknown'

/** Goes through the arrivals with a queue of one frequency that waits for voltages of its moment. */
function judge(
  readings: readonly TrialReading[],
  setting: Setting,
): { judged: Judged[]; losses: Loss[]; late: number } {
  const judged: Judged[] = []
  const losses: Loss[] = []
  const channels = new Map<string, { time: number; supply: Supply }>()
  let supply: Supply = 'present'
  let settledFrom = -Infinity
  let proven = -Infinity
  let late = 0
  let waiting: TrialReading | undefined
  const settle = (): void => {
    if (waiting === undefined) return
    const { time, value, quality = 0 } = waiting
    waiting = undefined
    const bad = (quality & 3) === 1 || Number.isNaN(value)
    const isOutside = Math.abs(value - setting.nominalHz) >= setting.nominalHz / 10 - 1e-9
    let against = ''
    if (bad) against = 'reading'
    else if (supply !== 'present') against = supply
    else if (time < settledFrom) against = 'settling'
    else if (isOutside) against = 'out-of-range'
    judged.push({ order: judged.length, time, value, against })
  }
  const isReady = (): boolean => {
    const { time } = waiting ?? { time: Infinity }
    return [...channels.values()].every((channel) => channel.time >= time)
  }
  for (const reading of readings) {
    const { quantity, time, value, quality = 0 } = reading
    if (quantity === 'frequency') {
      if (waiting !== undefined && time > waiting.time) settle()
      if (waiting !== undefined || time <= (judged.at(-1)?.time ?? -Infinity)) late++
      else waiting = reading
    } else if (quantity.startsWith('voltage.')) {
      if (time <= (channels.get(quantity)?.time ?? -Infinity)) continue
      const full = setting.nominalV * (quantity.length > 'voltage.a'.length ? Math.sqrt(3) : 1)
      const isUsable = (quality & 3) !== 1 && !Number.isNaN(value)
      const here = value < full / 10 ? 'voltage-gone' : 'present'
      channels.set(quantity, { time, supply: isUsable ? here : 'voltage-unknown' })
      const all = [...channels.values()].map((channel) => channel.supply)
      const after = (['present', 'voltage-gone'] as const).find((one) => all.includes(one))
      const was = supply
      supply = after ?? 'voltage-unknown'
      if (was === 'present' && supply !== 'present')
        losses.push({ order: judged.length, time, proven, cause: supply })
      const lost = losses.at(-1)?.time ?? 0
      if (was !== 'present' && supply === 'present' && time > lost)
        settledFrom = time + setting.settleMs * 1000
      if (isUsable && here === 'present') proven = Math.max(proven, time)
    }
    if (isReady()) settle()
  }
  settle()
  return { judged, losses, late }
}

function unusable(judged: readonly Judged[]): FoundEvent[] {
  const events: FoundEvent[] = []
  let open: { start: number; cause: string; samples: number } | undefined
  const close = (end: number): void => {
    if (open === undefined) return
    const { start, cause, samples } = open
    const name = 'frequency.unusable'
    // How many there were is told at the end.
    const value = end === 0 ? 1 : samples
    events.push({ name, key: 0, start, end, value, cause, isInvalid: false })
    open = undefined
  }
  for (const { time, against } of judged) {
    if (against === 'reading') continue
    if (against === '') close(time)
    else if (open === undefined) open = { start: time, cause: against, samples: 1 }
    else open.samples++
  }
  close(0)
  return events
}

interface Line {
  readonly name: string
  readonly key: number
  readonly limit: number
  readonly back: number
  readonly holdUs: number
}

function crossings(
  judged: readonly Judged[],
  losses: readonly Loss[],
  { name, key, limit, back, holdUs }: Line,
): FoundEvent[] {
  const events: FoundEvent[] = []
  const isLow = back > limit
  const isBeyond = (value: number): boolean => (isLow ? value < limit : value > limit)
  const isBack = (value: number): boolean => (isLow ? value >= back : value <= back)
  const left = [...losses]
  let run: Judged[] = []
  let isOpen = false
  const close = (end: number, loss?: Loss): void => {
    if (isOpen) {
      const values = run.map(({ value }) => value)
      const start = run[0]?.time ?? 0
      events.push({
        name,
        key,
        start,
        end: loss !== undefined && end <= start ? start + 1 : end,
        value: isLow ? Math.min(...values) : Math.max(...values),
        cause: loss?.cause,
        isInvalid: loss !== undefined && start > loss.proven,
      })
    }
    run = []
    isOpen = false
  }
  for (const one of judged) {
    while (left[0] !== undefined && left[0].order <= one.order) {
      const loss = left.shift()
      if (loss !== undefined) close(loss.time, loss)
    }
    if (one.against === 'reading') continue
    if (one.against !== '') {
      if (!isOpen) run = []
      continue
    }
    if (isOpen) {
      if (isBack(one.value)) close(one.time)
      else run.push(one)
      continue
    }
    if (!isBeyond(one.value)) {
      run = []
      continue
    }
    run.push(one)
    isOpen = one.time - (run[0]?.time ?? 0) >= holdUs
  }
  for (const loss of left) close(loss.time, loss)
  close(0)
  return events
}

/** One for each reading that counts and has enough before it; the refused ones are passed on, for they end what was about to begin. */
function slopesOf(
  judged: readonly Judged[],
  losses: readonly Loss[],
  { rocof: { windowMs, spanMs, readings } }: Setting,
): Judged[] {
  const slopes: Judged[] = []
  let run: Judged[] = []
  for (const one of judged) {
    const isLost = losses.some(({ order }) => order === one.order)
    if (isLost || (one.against !== '' && one.against !== 'reading')) run = []
    if (one.against !== '') {
      slopes.push(one)
      continue
    }
    run.push(one)
    const isWithin = ({ time }: Judged, us: number): boolean => one.time - time <= us
    const short = run.filter((other) => isWithin(other, windowMs * 1000))
    const long = run.slice(-readings).filter((other) => isWithin(other, spanMs * 1000))
    run = short.length >= readings ? short : long
    const spanUs = one.time - (run[0]?.time ?? 0)
    if (run.length >= readings) slopes.push({ ...one, value: fit(run), spanUs })
  }
  return slopes
}

/** Hz/s by the normal equations, in seconds from the newest reading. */
function fit(run: readonly Judged[]): number {
  const last = run.at(-1)?.time ?? 0
  let [x, y, xx, xy] = [0, 0, 0, 0]
  for (const { time, value } of run) {
    const seconds = (time - last) / 1_000_000
    const hertz = value - 50
    x += seconds
    y += hertz
    xx += seconds * seconds
    xy += seconds * hertz
  }
  return (run.length * xy - x * y) / (run.length * xx - x * x)
}

/** Those that are told: not more often than asked for, and none that shares a reading's distance with the one before. */
function spaced(slopes: readonly Judged[], everyUs: number): { time: number; value: number }[] {
  const kept: { time: number; value: number }[] = []
  let from = -Infinity
  for (const { time, value, spanUs = 0 } of slopes) {
    if (time < from) continue
    kept.push({ time, value })
    from = time + Math.max(everyUs, spanUs)
  }
  return kept
}
