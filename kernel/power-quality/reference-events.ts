import type { TrialReading } from '../../src/kernel/trial.ts'
import type { Setting } from './reference.ts'

/** Voltages of one time, by channel, as far as they are of use. */
export interface Instant {
  readonly time: number
  readonly values: Map<string, number>
}

export interface Event {
  readonly name: string
  readonly start: number
  /** 0: it goes on. */
  readonly end: number
  readonly value: number
  readonly percent: number
  readonly words: Readonly<Record<string, string>>
}

export interface Disturbed {
  readonly events: readonly Event[]
  /** Moments whose ten minutes are not judged. */
  readonly flags: readonly number[]
}

export const isUsable = ({ value, quality = 0 }: TrialReading): boolean =>
  (quality & 3) !== 1 && value >= 0

export function nominalOf(channel: string, { nominalV }: Setting): number {
  return channel.length > 'voltage.a'.length ? nominalV * Math.sqrt(3) : nominalV
}

interface Kind {
  readonly name: string
  /** Whether it is there, from the percentages of all channels that are watched. */
  readonly begins: (percents: readonly number[]) => boolean
  readonly ends: (percents: readonly number[]) => boolean
  readonly isDeeper: (one: number, other: number) => boolean
}

/** Follows one kind of event at a time over all instants; their channels keep their values until they get new ones. */
export function disturbances(instants: readonly Instant[], setting: Setting): Disturbed {
  const { dip, swell, interruption, hysteresis } = setting
  const kinds: Kind[] = [
    {
      name: 'voltage.dip',
      begins: (percents) => percents.some((one) => one < dip),
      ends: (percents) => percents.every((one) => one >= dip + hysteresis),
      isDeeper: (one, other) => one < other,
    },
    {
      name: 'voltage.swell',
      begins: (percents) => percents.some((one) => one > swell),
      ends: (percents) => percents.every((one) => one <= swell - hysteresis),
      isDeeper: (one, other) => one > other,
    },
    {
      name: 'voltage.interruption',
      begins: (percents) => percents.every((one) => one < interruption),
      ends: (percents) => percents.some((one) => one >= interruption + hysteresis),
      isDeeper: (one, other) => one < other,
    },
  ]
  const found = kinds.map((kind) => follow(kind, instants, setting))
  return {
    events: found.flatMap(({ events }) => events),
    flags: found.flatMap(({ flags }) => flags),
  }
}

function follow(kind: Kind, instants: readonly Instant[], setting: Setting): Disturbed {
  const events: Event[] = []
  const flags: number[] = []
  const held = new Map<string, number>()
  let start: number | undefined
  let deepest = { percent: NaN, value: NaN }
  const isInterruption = kind.name === 'voltage.interruption'
  const push = (end: number): void => {
    const words = end === 0 ? {} : classify(kind.name, deepest.percent, end - (start ?? 0), setting)
    events.push({ name: kind.name, start: start ?? 0, end, ...deepest, words })
  }
  for (const { time, values } of instants) {
    for (const [channel, value] of values) held.set(channel, value)
    const phases = [...held].filter(([channel]) => channel.length === 'voltage.a'.length)
    const watched = phases.length > 0 ? phases : [...held]
    if (watched.length === 0) continue
    const percents = watched.map(([channel, value]) => ({
      value,
      percent: (100 * value) / nominalOf(channel, setting),
    }))
    const all = percents.map(({ percent }) => percent)
    if (start !== undefined && kind.ends(all)) {
      push(time)
      if (isInterruption || time - start <= 60_000_000) flags.push(start, time - 1)
      start = undefined
    }
    if (start === undefined && kind.begins(all)) {
      start = time
      deepest = { percent: NaN, value: NaN }
    }
    if (start === undefined) continue
    if (isInterruption) flags.push(time)
    for (const one of percents)
      if (Number.isNaN(deepest.percent) || kind.isDeeper(one.percent, deepest.percent))
        deepest = one
  }
  if (start !== undefined) push(0)
  return { events, flags }
}

/** The tables as tables: the first row that reaches far enough. */
function classify(
  name: string,
  percent: number,
  lengthUs: number,
  { nominalHz }: Setting,
): Record<string, string> {
  const seconds = lengthUs / 1_000_000
  const row = [30 / nominalHz, 3, 60, Infinity].findIndex((most) => seconds <= most)
  const of = (words: string): string => words.split(' ')[row] ?? ''
  let word = of('instantaneous-sag momentary-sag temporary-sag undervoltage')
  if (percent > 100) word = of('instantaneous-swell momentary-swell temporary-swell overvoltage')
  if (percent < 10) {
    word = `${of('momentary momentary temporary sustained')}-interruption`
  }
  if (name === 'voltage.interruption') return { class: word }
  const lower = [
    [0.02, 0],
    [0.5, 70],
    [10, 80],
    [Infinity, 90],
  ].find(([most = 0]) => seconds <= most)
  const upper = [
    [0.0002, 500],
    [0.001, 200],
    [0.003, 140],
    [0.5, 120],
    [Infinity, 110],
  ].find(([most = 0]) => seconds <= most)
  let itic = 'no-interruption'
  if (percent < (lower?.[1] ?? 0)) itic = 'no-damage'
  if (percent > (upper?.[1] ?? 0)) itic = 'prohibited'
  const limit = [
    [1 / nominalHz, 0],
    [0.2, 50],
    [0.5, 70],
    [1, 80],
  ].find(([most = 0]) => seconds <= most)
  let f47 = 'not-covered'
  if (limit !== undefined && percent <= 100)
    f47 = percent >= (limit[1] ?? 0) ? 'ride-through' : 'beyond'
  if (name === 'voltage.swell') return { class: word, itic, f47 }
  const cellRow = [80, 70, 40, 5, -Infinity].findIndex((least) => percent >= least)
  const column = [0.2, 0.5, 1, 5, 60].findIndex((most) => seconds <= most)
  const isInTable = percent < 90 && seconds >= 0.01 && column >= 0
  return { class: word, itic, f47, cell: isInTable ? `${'ABCDX'[cellRow]}${column + 1}` : 'none' }
}
