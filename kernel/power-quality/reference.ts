import type { TrialReading } from '../../src/kernel/trial.ts'
import { type Event, type Instant, disturbances, isUsable, nominalOf } from './reference-events.ts'
import { type Judged, weeksOf } from './reference-weeks.ts'

/**
 * What `power-quality` computes of one device, in plain TypeScript and by other means: all readings are sorted into instants and ten
 * minutes first, and looked at as whole lists. Written from docs/processors/power-quality.md, not from the module.
 */
export interface Setting {
  readonly nominalHz: number
  readonly nominalV: number
  readonly dip: number
  readonly swell: number
  readonly interruption: number
  readonly hysteresis: number
  readonly limits: 'en50160' | 'gbt'
}

export interface Aggregate {
  readonly name: string
  readonly key: number
  readonly start: number
  readonly value: number
  readonly fields: Readonly<Record<string, number | string>>
}

export interface Found {
  readonly events: readonly Event[]
  readonly aggregates: readonly Aggregate[]
}

const TEN_MINUTES = 600_000_000
const VOLTAGES = ['a', 'b', 'c', 'ab', 'bc', 'ca'].map((channel) => `voltage.${channel}`)
const PHASES = ['a', 'b', 'c'] as const

export function refer(readings: readonly TrialReading[], setting: Setting): Found {
  const { kept, instants } = sort(readings)
  const { events, flags } = disturbances(instants, setting)
  const flagged = new Set(flags.map(windowOf))
  const windows = Map.groupBy(kept.filter(isUsable), ({ time }) => windowOf(time))
  const pairs = Map.groupBy(instants.flatMap(unbalanceOf), ({ time }) => windowOf(time))
  const aggregates: Aggregate[] = []
  const judged: Judged[] = []
  for (const [start, here] of [...windows].toSorted(([left], [right]) => left - right)) {
    const isFlagged = flagged.has(start)
    const common = { start, isFlagged }
    const quantities = Map.groupBy(here, ({ quantity }) => quantity)
    const of = (quantity: string): number[] =>
      (quantities.get(quantity) ?? []).map(({ value }) => value)
    for (const [key, quantity] of VOLTAGES.entries())
      deviation(
        of(quantity),
        { ...common, key, nominal: nominalOf(quantity, setting) },
        { aggregates, judged },
      )
    for (const [key, phase] of PHASES.entries())
      distortion(of, { ...common, key, phase }, { aggregates, judged })
    unbalance(pairs.get(start) ?? [], of('unbalance.voltage'), common, { aggregates, judged })
  }
  flicker(readings, { aggregates, judged })
  frequency(readings, judged)
  return { events, aggregates: [...aggregates, ...weeksOf(judged, setting)] }
}

const windowOf = (time: number): number => Math.floor(time / TEN_MINUTES) * TEN_MINUTES

/** Which readings are in time for their ten minutes, and the instants of those that are in time for events. */
function sort(readings: readonly TrialReading[]): { kept: TrialReading[]; instants: Instant[] } {
  const kept: TrialReading[] = []
  const instants: Instant[] = []
  const open: number[] = []
  const seen = new Set<string>()
  for (const reading of readings) {
    const { quantity, time, value } = reading
    const window = windowOf(time)
    if (open.length === 0 || window > (open.at(-1) ?? 0)) open.push(window)
    const last = instants.at(-1)
    const isVoltage = VOLTAGES.includes(quantity) || quantity.startsWith('angle.')
    if (isVoltage && (last === undefined || time >= last.time)) {
      if (last === undefined || time > last.time) {
        instants.push({ time, values: new Map() })
        seen.clear()
      }
      if (seen.has(quantity)) continue
      seen.add(quantity)
      const isAngle = quantity.startsWith('angle.')
      if (isAngle || isUsable(reading)) instants.at(-1)?.values.set(quantity, value)
    }
    if (open.slice(-2).includes(window)) kept.push(reading)
  }
  return { kept, instants }
}

interface Sinks {
  readonly aggregates: Aggregate[]
  readonly judged: Judged[]
}

interface Place {
  readonly start: number
  readonly isFlagged: boolean
  readonly key: number
}

const rmsOf = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length)

function deviation(
  values: readonly number[],
  { start, isFlagged, key, nominal }: Place & { readonly nominal: number },
  { aggregates, judged }: Sinks,
): void {
  if (values.length === 0) return
  const rms = rmsOf(values)
  const value = 100 * (rms / nominal - 1)
  judged.push({ name: 'compliance.voltage', key, start, value, extreme: value, isFlagged })
  const fields = {
    rms,
    under: 100 * (1 - rmsOf(values.map((one) => Math.min(one, nominal))) / nominal),
    over: 100 * (rmsOf(values.map((one) => Math.max(one, nominal))) / nominal - 1),
    min: Math.min(...values),
    max: Math.max(...values),
    samples: values.length,
    flagged: isFlagged ? 1 : 0,
  }
  aggregates.push({ name: 'voltage.deviation', key, start, value, fields })
}

function distortion(
  of: (quantity: string) => number[],
  { start, isFlagged, key, phase }: Place & { readonly phase: string },
  { aggregates, judged }: Sinks,
): void {
  const harmonics = Array.from({ length: 49 }, (_, at) => ({
    order: at + 2,
    values: of(`harmonic.voltage.${phase}.${at + 2}`),
  })).filter(({ values }) => values.length > 0)
  for (const { order, values } of harmonics) {
    const name = 'compliance.harmonic'
    const extreme = Math.max(...values)
    judged.push({ name, key: key * 64 + order, start, value: rmsOf(values), extreme, isFlagged })
  }
  const delivered = of(`thd.voltage.${phase}`)
  if (delivered.length === 0 && harmonics.length === 0) return
  const computed = Math.hypot(...harmonics.map(({ values }) => rmsOf(values)))
  const value = delivered.length > 0 ? rmsOf(delivered) : computed
  const extreme = delivered.length > 0 ? Math.max(...delivered) : computed
  judged.push({ name: 'compliance.thd', key, start, value, extreme, isFlagged })
  const fields = {
    method: delivered.length > 0 ? 'by-device' : 'harmonics',
    ...(harmonics.length === 0
      ? {}
      : { computed, orders: harmonics.length, order: harmonics.at(-1)?.order ?? 0 }),
    samples: delivered.length,
    flagged: isFlagged ? 1 : 0,
  }
  aggregates.push({ name: 'thd.voltage', key, start, value, fields })
}

interface Pair {
  readonly time: number
  readonly negative: number
  readonly zero: number | undefined
  readonly nema: number
}

/** By complex arithmetic where there are angles, and by the triangle of the line voltages where there are none. */
function unbalanceOf({ time, values }: Instant): Pair[] {
  const phasors = PHASES.flatMap((phase) => {
    const [size, angle] = [values.get(`voltage.${phase}`), values.get(`angle.voltage.${phase}`)]
    return size === undefined || angle === undefined
      ? []
      : [{ size, turn: (angle * Math.PI) / 180 }]
  })
  const sequence = (turns: readonly number[]): number =>
    Math.hypot(
      phasors.reduce(
        (sum, { size, turn }, at) => sum + size * Math.cos(turn + (turns[at] ?? 0)),
        0,
      ),
      phasors.reduce(
        (sum, { size, turn }, at) => sum + size * Math.sin(turn + (turns[at] ?? 0)),
        0,
      ),
    )
  const third = (2 * Math.PI) / 3
  if (phasors.length === 3) {
    const positive = sequence([0, third, -third])
    const lines = phasors.map(({ size, turn }, at) => {
      const other = phasors[(at + 1) % 3] ?? { size: 0, turn: 0 }
      return Math.sqrt(
        size ** 2 + other.size ** 2 - 2 * size * other.size * Math.cos(turn - other.turn),
      )
    })
    const negative = (100 * sequence([0, -third, third])) / positive
    return finite({
      time,
      negative,
      zero: (100 * sequence([0, 0, 0])) / positive,
      nema: nemaOf(lines),
    })
  }
  const lines = VOLTAGES.slice(3).flatMap((quantity) => values.get(quantity) ?? [])
  if (lines.length < 3) return []
  // Sides of a triangle: by its area (Heron) instead of the fourth powers.
  const [p = 0, q = 0, r = 0] = lines.map((side) => side ** 2)
  const area =
    Math.sqrt(Math.max(0, 2 * (p * q + q * r + r * p) - (p * p + q * q + r * r))) * Math.sqrt(3)
  const negative = 100 * Math.sqrt(Math.max(0, (p + q + r - area) / (p + q + r + area)))
  return finite({ time, negative, zero: undefined, nema: nemaOf(lines) })
}

const finite = (pair: Pair): Pair[] =>
  Number.isFinite(pair.negative) && Number.isFinite(pair.nema) ? [pair] : []

function nemaOf(lines: readonly number[]): number {
  const mean = lines.reduce((sum, line) => sum + line, 0) / 3
  return (100 * Math.max(...lines.map((line) => Math.abs(line - mean)))) / mean
}

function unbalance(
  pairs: readonly Pair[],
  delivered: readonly number[],
  { start, isFlagged }: Omit<Place, 'key'>,
  { aggregates, judged }: Sinks,
): void {
  const negative = pairs.map((pair) => pair.negative)
  const name = 'compliance.unbalance'
  const hasOwn = delivered.length > 0 || judged.some((one) => one.name === name && one.key === 0)
  const source = hasOwn ? delivered : negative
  if (source.length > 0) {
    const extreme = Math.max(...source)
    judged.push({
      name,
      key: hasOwn ? 0 : 1,
      start,
      value: rmsOf(source),
      extreme,
      isFlagged,
    })
  }
  if (pairs.length === 0) return
  const zeros = pairs.flatMap(({ zero }) => zero ?? [])
  const fields = {
    method: zeros.length > 0 ? 'phasors' : 'line-voltages',
    ...(zeros.length > 0 ? { zero: rmsOf(zeros) } : {}),
    nema: rmsOf(pairs.map(({ nema }) => nema)),
    max: Math.max(...negative),
    samples: pairs.length,
    flagged: isFlagged ? 1 : 0,
  }
  aggregates.push({
    name: 'unbalance.voltage.negative',
    key: 0,
    start,
    value: rmsOf(negative),
    fields,
  })
}

/** Of devices without disturbances, whose values come in order. The time of each is the end of its ten minutes, or near it. */
function flicker(readings: readonly TrialReading[], { aggregates, judged }: Sinks): void {
  const slots = new Map<number, number>()
  let newest = -Infinity
  for (const reading of readings) {
    if (reading.quantity !== 'flicker.pst' || !isUsable(reading)) continue
    const slot = Math.round(reading.time / TEN_MINUTES) - 1
    if (Math.floor(slot / 12) < Math.floor(newest / 12)) continue
    newest = Math.max(newest, slot)
    slots.set(slot, reading.value)
  }
  const windows = Map.groupBy(slots, ([slot]) => Math.floor(slot / 12))
  for (const [window, values] of windows) {
    const start = window * 12 * TEN_MINUTES
    const sum = values.reduce((total, [, value]) => total + value ** 3, 0)
    const value = (sum / values.length) ** (1 / 3)
    const fields = { method: 'cubic-mean', samples: values.length, expected: 12, flagged: 0 }
    aggregates.push({ name: 'flicker.plt', key: 0, start, value, fields })
    if (values.length < 12) continue
    judged.push({
      name: 'compliance.flicker',
      key: 0,
      start,
      value,
      extreme: value,
      isFlagged: false,
    })
  }
}

/** Of devices without disturbances. */
function frequency(readings: readonly TrialReading[], judged: Judged[]): void {
  const means = new Map<number, number[]>()
  let newest = -Infinity
  for (const reading of readings) {
    if (reading.quantity !== 'frequency' || !isUsable(reading)) continue
    const start = Math.floor(reading.time / 10_000_000) * 10_000_000
    if (start < newest) continue
    newest = start
    means.set(start, [...(means.get(start) ?? []), reading.value])
  }
  for (const [start, values] of means) {
    const value = values.reduce((sum, one) => sum + one, 0) / values.length
    judged.push({
      name: 'compliance.frequency',
      key: 0,
      start,
      value,
      extreme: value,
      isFlagged: false,
    })
  }
}
