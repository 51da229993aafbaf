import {
  Trial,
  type TrialReading,
  type TrialResult,
  type TrialState,
} from '../../src/kernel/trial.ts'

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const QUARTER = 15 * MINUTE
export const DAY = 96 * QUARTER
/** 2026-03-01T00:00:00Z. */
export const BEGIN = 1_772_323_200_000_000

export interface Site {
  readonly settings?: object
  readonly feeder?: object
  readonly meters?: readonly object[]
  readonly state?: TrialState
}

export function start({
  settings = {},
  feeder = {},
  meters = [{}, {}],
  state,
}: Site): Promise<Trial> {
  return Trial.start('feeder', {
    settings,
    subjects: [
      { kind: 'voltageLevel', id: '10kv', entry: { nominalV: 10e3 } },
      { kind: 'feeder', id: 'f1', entry: { id: 'f1', voltageLevel: '10kv', ...feeder } },
      { kind: 'device', id: 'head', entry: { kind: 'rtu', feeder: 'f1' } },
      ...meters.map((entry, index) => {
        return {
          kind: 'device' as const,
          id: `m${index + 1}`,
          entry: { kind: 'meter', feeder: 'f1', ...entry },
        }
      }),
    ],
    ...(state === undefined ? {} : { state }),
  })
}

/** A value at an end of a quarter of an hour. */
export function at(
  quarter: number,
  subject: string,
  quantity: string,
  value: number,
): TrialReading {
  return { subject, quantity, time: BEGIN + quarter * QUARTER, value }
}

export const IMPORT = 'energy.active.import'

/** Registers at the end of each quarter, from what is counted in each: constant powers in W. */
export function registers(
  quarters: number,
  powersW: Readonly<Record<string, number>>,
): TrialReading[] {
  const readings: TrialReading[] = []
  for (let quarter = 0; quarter <= quarters; quarter++) {
    for (const [subject, powerW] of Object.entries(powersW)) {
      readings.push(at(quarter, subject, IMPORT, 1000 + (powerW * quarter) / 4))
    }
  }
  return readings
}

export function balances(results: readonly TrialResult[], width: number): TrialResult[] {
  return results.filter(({ name, time, end }) => name === 'energy.balance' && end - time === width)
}

export const DAYS = 6
export const THIEF = 2

/** Six meters; that of the thief counts half of what is drawn. Voltages fall with what is drawn where it is drawn. */
export function theftReadings(days: number, isHonest: boolean): TrialReading[] {
  const counts = [0, 0, 0, 0, 0, 0]
  let head = 0
  const readings: TrialReading[] = []
  for (let quarter = 0; quarter <= days * 96; quarter++) {
    readings.push(at(quarter, 'head', IMPORT, head))
    const powers = counts.map(
      (_, index) =>
        900 + 600 * Math.sin(quarter / (3 + index) + index) + 200 * Math.sin(quarter * (index + 2)),
    )
    for (const [index, phase] of ['a', 'b', 'c'].entries()) {
      const supply =
        5773 * (1 + 0.01 * Math.sin(quarter / 7) + 0.004 * Math.sin(quarter / (2 + index)))
      readings.push({
        ...at(quarter, 'head', `voltage.${phase}`, supply),
        time: BEGIN + quarter * QUARTER + MINUTE,
      })
    }
    for (const [index, power] of powers.entries()) {
      const subject = `m${index + 1}`
      readings.push(at(quarter, subject, IMPORT, counts[index] ?? 0))
      const phase = index % 3
      const supply =
        230 * (1 + 0.01 * Math.sin(quarter / 7) + 0.004 * Math.sin(quarter / (2 + phase)))
      // All of them name their one voltage a, as single-phase meters do.
      readings.push({
        ...at(quarter, subject, 'voltage.a', supply - 0.0008 * power),
        time: BEGIN + quarter * QUARTER + MINUTE,
      })
      head += power / 4
      counts[index] = (counts[index] ?? 0) + (power / 4) * (index === THIEF && !isHonest ? 0.5 : 1)
    }
  }
  return readings
}
