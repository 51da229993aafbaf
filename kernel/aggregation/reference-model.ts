import type { TrialResult } from '../../src/kernel/trial.ts'

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const DAY = 86_400 * SECOND

/** As the site file says them, all of them. */
export interface ReferenceSettings {
  readonly windows: readonly {
    readonly quantities: readonly string[]
    readonly seconds: number
    readonly from?: number
  }[]
  readonly allowedLatenessMs: number
  readonly keptWindows: number
  readonly flags: {
    readonly dipPercent: number
    readonly swellPercent: number
    readonly hysteresisPercent: number
  }
  readonly groups: { readonly quantities: readonly string[]; readonly seconds: number }
  readonly demand: {
    readonly enabled: boolean
    readonly seconds: number
    readonly every: 'day' | 'step'
    readonly peak: 'block' | 'sliding'
    readonly completePercent: number
  }
}

export interface ReferenceSubject {
  readonly kind: 'site' | 'feeder' | 'device'
  readonly id: string
  readonly entry: {
    readonly kind?: string
    readonly feeder?: string
    readonly intervalMs?: number
    readonly nominal?: { readonly voltageV: number }
  }
}

export interface Device {
  readonly id: string
  readonly feeder: string | undefined
  readonly intervalUs: number
  readonly nominalV: number
  readonly outside: Set<string>
  /** Quantities whose last reading was of a clock that is ahead. */
  readonly ahead: Set<string>
  readonly seen: Map<string, number>
  events: { readonly start: number; end: number }[]
  readonly series: Series[]
}

export interface Sample {
  readonly time: number
  readonly value: number
  readonly quality: number
  isFlagged: boolean
}

/** What a finer window or a member has given. */
export interface Part {
  readonly value: number
  readonly min: number
  readonly max: number
  readonly isFlagged: boolean
  readonly quality: number
}

export interface Window {
  readonly start: number
  readonly samples: Sample[]
  readonly parts: Map<string, Part>
  /** With those that were taken out to be given anew: what is late can only widen the extremes. */
  given: Part[]
  /** Of parts that were taken out again, too. */
  quality: number
  isOpen: boolean
  isTold: boolean
  isChanged: boolean
  revision: number
}

export interface Series {
  readonly kind: 'plain' | 'composed' | 'group'
  readonly subject: string
  readonly quantity: string
  readonly law: string
  readonly widthUs: number
  readonly ring: number
  readonly isFlaggable: boolean
  expected: number
  readonly windows: Map<number, Window>
  newest: number
  carry: number | undefined
  readonly coarser: Series[]
  group: Series | undefined
  isListed: boolean
}

export function newestOf(samples: readonly Sample[]): Sample | undefined {
  return samples.reduce<Sample | undefined>(
    (best, one) => (best === undefined || one.time >= best.time ? one : best),
    undefined,
  )
}

export function isAmong(patterns: readonly string[], quantity: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? quantity.startsWith(pattern.slice(0, -1)) : pattern === quantity,
  )
}

export function aggregate(
  given: Pick<TrialResult, 'name' | 'subject' | 'time' | 'end' | 'value' | 'fields'>,
  rest: Partial<TrialResult> = {},
): TrialResult {
  const base = { kind: 'aggregate' as const, key: 0, quality: 0, revision: 0, severity: 0 }
  return { ...base, state: undefined, ...given, ...rest }
}
