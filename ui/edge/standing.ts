import type { Reading } from './answers.ts'

/** What a value is worth and where it stands, the worst first: one word for a colour, a sign and a screen reader. */
export const standings = ['bad', 'stale', 'beyond', 'doubtful', 'near', 'normal', 'none'] as const
export type Standing = (typeof standings)[number]

/** Undefined: no limit on that side. `near` is the share of the way to a limit from which it is close. */
export interface Limits {
  readonly low?: number
  readonly high?: number
  readonly nearLow?: number
  readonly nearHigh?: number
}

/** Devices of a substation report by the second; what is a minute old is not how things are. */
export const STALE_MS = 60_000

export function standingOf(
  reading: Reading | undefined,
  { nowMs, limits = {} }: { readonly nowMs: number; readonly limits?: Limits },
): Standing {
  if (reading === undefined) return 'none'
  const { value, quality, time } = reading
  if (value === null || quality.includes('invalid')) return 'bad'
  if (nowMs - Date.parse(time) > STALE_MS) return 'stale'
  if (value < (limits.low ?? -Infinity) || value > (limits.high ?? Infinity)) return 'beyond'
  if (quality !== 'good') return 'doubtful'
  if (value < (limits.nearLow ?? -Infinity) || value > (limits.nearHigh ?? Infinity)) return 'near'
  return 'normal'
}

export function worstOf(all: readonly Standing[]): Standing {
  return standings.find((standing) => all.includes(standing)) ?? 'none'
}
