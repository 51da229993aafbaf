import { Model, payloadOf } from '../../../simulator/model.ts'

/** A day as a country's edges have it together: so many readings, from so many meters. */
export interface DaySettings {
  readonly readings: number
  readonly devices: number
}

export const DAY_READINGS = 100_000_000
const DAY_MS = 86_400_000
/** Simulated meters; each stands for as many devices as are needed, for the generator is not to be what is measured. */
const METERS = 100
const STATION_DEVICES = 20
/** A meter of a home has 7 quantities, one of a shop 11: 52 readings a message on average. */
const SAMPLES_PER_MESSAGE = 7

/** What one meter sends: payloads back to back, and where each begins. */
export interface MeterDay {
  readonly payloads: Buffer
  readonly starts: Uint32Array
  readonly readingsPerMessage: number
  /** What is to be found in the end, by quantity. */
  readonly expected: Readonly<Record<string, Expected>>
}

export interface Expected {
  readonly count: number
  readonly sum: number
}

/** The meter whose readings a device sends. */
export function meterOf(device: number): number {
  return device % METERS
}

export function deviceName(device: number): string {
  return `meter-${String(device + 1).padStart(5, '0')}`
}

/** The payloads of all meters, for whole messages until there are enough readings. The day is over when the clock says so now. */
export function* meterDays({ readings, devices }: DaySettings, nowMs: number): Generator<MeterDay> {
  const model = new Model(1, METERS + STATION_DEVICES)
  const meters = model.devices.flatMap(({ kind }, index) => (kind === 'meter' ? [index] : []))
  const startMs = Math.floor(nowMs / 1000) * 1000 - DAY_MS
  const widths = meters.map((index) => Object.keys(model.valuesAt(index, startMs)).length)
  let perSample = 0
  for (let device = 0; device < devices; device++) perSample += widths[meterOf(device)] as number
  const intervalMs = Math.max(1, Math.floor((DAY_MS * perSample) / DAY_READINGS))
  const messages = Math.ceil(readings / (perSample * SAMPLES_PER_MESSAGE))
  for (const index of meters) yield meterDay({ model, index, startMs, intervalMs, messages })
}

interface Course {
  readonly model: Model
  readonly index: number
  readonly startMs: number
  readonly intervalMs: number
  readonly messages: number
}

function meterDay({ model, index, startMs, intervalMs, messages }: Course): MeterDay {
  const expected: Record<string, { count: number; sum: number }> = {}
  const texts: string[] = []
  const starts = new Uint32Array(messages + 1)
  for (let message = 0; message < messages; message++) {
    const samples: string[] = []
    for (let sample = 0; sample < SAMPLES_PER_MESSAGE; sample++) {
      const timeMs = startMs + (message * SAMPLES_PER_MESSAGE + sample) * intervalMs
      const values = model.valuesAt(index, timeMs)
      samples.push(payloadOf(timeMs, values))
      for (const [quantity, value] of Object.entries(values)) {
        const known = (expected[quantity] ??= { count: 0, sum: 0 })
        known.count++
        known.sum += value
      }
    }
    const text = `[${samples.join(',')}]`
    texts.push(text)
    starts[message + 1] = (starts[message] as number) + text.length
  }
  const readingsPerMessage = Object.keys(expected).length * SAMPLES_PER_MESSAGE
  return { payloads: Buffer.from(texts.join(''), 'latin1'), starts, readingsPerMessage, expected }
}
