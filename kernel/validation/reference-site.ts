import { Trial, type TrialReading, type TrialResult } from '../../src/kernel/trial.ts'
import { formatQuality, parseQuality } from '../../src/core/quality.ts'

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** Monday, 24 November 2025, midnight UTC. */
export const MONDAY = 1_763_942_400 * SECOND

export interface Entry {
  readonly kind?: string
  readonly phase?: string
  readonly nominal?: { readonly voltageV?: number; readonly currentA?: number }
  readonly intervalMs?: number
}

export const METER: Entry = { kind: 'meter', nominal: { voltageV: 230, currentA: 60 } }

export function startValidation(
  entry: Entry = METER,
  settings: object = {},
  state?: ReturnType<Trial['save']>,
): Promise<Trial> {
  return Trial.start('validation', {
    settings,
    site: { frequencyHz: 50 },
    subjects: [{ kind: 'device', id: 'm1', entry }],
    ...(state === undefined ? {} : { state }),
  })
}

export function reading(
  quantity: string,
  time: number,
  value: number,
  quality: number | string = 0,
): TrialReading {
  const bits = typeof quality === 'number' ? quality : (parseQuality(quality) ?? 0)
  return { subject: 'm1', quantity, time, value, quality: bits }
}

/** All quantities of one message. */
export function message(time: number, values: Readonly<Record<string, number>>): TrialReading[] {
  return Object.entries(values).map(([quantity, value]) => reading(quantity, time, value))
}

/** `voltage.a 3 questionable`: the quantity, the time in seconds after `from`, the quality. */
export function marksOf(results: readonly TrialResult[], from = 0): string[] {
  return results
    .filter(({ kind }) => kind === 'derived')
    .map(({ name, time, quality }) => {
      const quantity = name.replace(/^validated\./, '')
      return `${quantity} ${(time - from) / SECOND} ${formatQuality(quality)}`
    })
}

/** `validation.range start 3`, `validation.range end 3..9`, in seconds after `from`. */
export function eventsOf(results: readonly TrialResult[], from = 0): string[] {
  return results
    .filter(({ kind }) => kind === 'event')
    .map(({ name, state, time, end, fields }) => {
      const span =
        end === 0
          ? `${(time - from) / SECOND}`
          : `${(time - from) / SECOND}..${(end - from) / SECOND}`
      const method = fields['method'] === undefined ? '' : ` ${fields['method']}`
      return `${name.replace(/^validation\./, '')} ${state} ${span}${method}`
    })
}
