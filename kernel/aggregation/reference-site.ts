import { Trial, type TrialReading } from '../../src/kernel/trial.ts'
import { DAY, MINUTE } from './reference-model.ts'

export const QUARTER = 15 * MINUTE
/** Midnight of a day. */
export const START = 20_000 * DAY

export const METER = { kind: 'meter', feeder: 'f1', nominal: { voltageV: 230 }, intervalMs: 60_000 }

export async function begin(
  settings: object = {},
  entry: object = METER,
  count = 1,
): Promise<Trial> {
  return Trial.start('aggregation', {
    settings,
    subjects: [
      { kind: 'site', id: 'north', entry: {} },
      { kind: 'feeder', id: 'f1', entry: {} },
      ...Array.from({ length: count }, (_, index) => {
        return { kind: 'device' as const, id: `m${index + 1}`, entry }
      }),
    ],
  })
}

export function reading(quantity: string, time: number, value: number, quality = 0): TrialReading {
  return { subject: 'm1', quantity, time, value, quality }
}

/** One reading a minute from `START`. */
export function row(quantity: string, values: readonly number[], subject = 'm1'): TrialReading[] {
  return values.map((value, index) => {
    return { subject, quantity, time: START + index * MINUTE, value }
  })
}
