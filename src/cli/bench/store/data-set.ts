import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Slot } from '../../../core/batch.ts'
import { limits } from '../../../core/limits.ts'
import { Model } from '../../../simulator/model.ts'
import { newPlan, sampleTimeMs } from '../../../simulator/plan.ts'
import type { Definitions } from '../../../store/names.ts'

/** One device: its times in microseconds, and the series that share them. */
export interface DeviceData {
  readonly name: string
  readonly times: Float64Array
  readonly series: readonly { readonly quantity: string; readonly values: Float64Array }[]
}

export interface DataSet {
  readonly name: string
  readonly devices: readonly DeviceData[]
  readonly readings: number
}

const MINUTE_MS = 60_000
/** A recording is repeated until it has so many readings. */
const RECORDED_READINGS = 1_000_000
/** Those of the simulated substation that are no meters. */
const STATION_DEVICES = 20

/** What the simulator's meters send at a reading a minute, each at its own second of it. */
export function meterDays(meters: number, days: number): DataSet {
  const rows = days * 24 * 60
  const deviceCount = meters + STATION_DEVICES
  const model = new Model(1, deviceCount)
  const messagesPerSecond = (deviceCount * 1000) / MINUTE_MS
  const plan = newPlan({ startMs: Date.UTC(2026, 0, 5), messagesPerSecond, deviceCount })
  const devices: DeviceData[] = []
  for (const [index, { kind, id }] of model.devices.entries()) {
    if (kind !== 'meter') continue
    const quantities = Object.keys(model.valuesAt(index, plan.startMs))
    const times = new Float64Array(rows)
    const series = quantities.map((quantity) => ({ quantity, values: new Float64Array(rows) }))
    for (let row = 0; row < rows; row++) {
      const timeMs = sampleTimeMs(plan, index, row)
      const all = model.valuesAt(index, timeMs)
      times[row] = timeMs * 1000
      for (const { quantity, values } of series) values[row] = all[quantity] ?? NaN
    }
    devices.push({ name: id, times, series })
  }
  return newDataSet(`${meters} meters, ${days} days`, devices)
}

/** The public recordings in a folder: a household by the minute, a transformer by the hour. Undefined: not there. */
export function recordings(folder: string): DataSet[] | undefined {
  const household = join(folder, 'uci_household/household_power_consumption_2007-02-01_02.csv')
  const transformer = join(folder, 'ett/ETTh1.csv')
  if (!existsSync(household) || !existsSync(transformer)) return undefined
  const [head = [], ...lines] = table(household, ';')
  const [names = [], ...hours] = table(transformer, ',')
  const first = repeated(head.slice(2, 9), {
    rows: lines.map((line) => line.slice(2, 9).map(Number)),
    startMs: Date.UTC(2007, 1, 1),
    intervalMs: MINUTE_MS,
  })
  const second = repeated(names.slice(1), {
    rows: hours.map((line) => line.slice(1).map((text) => Math.round(Number(text) * 1000) / 1000)),
    startMs: Date.UTC(2016, 6, 1),
    intervalMs: 60 * MINUTE_MS,
  })
  return [
    newDataSet('household', [{ name: 'household', ...first }]),
    newDataSet('transformer', [{ name: 'transformer', ...second }]),
  ]
}

function newDataSet(name: string, devices: readonly DeviceData[]): DataSet {
  const readings = devices.reduce((sum, { times, series }) => sum + times.length * series.length, 0)
  return { name, devices, readings }
}

function table(file: string, separator: string): string[][] {
  const text = readFileSync(file, 'utf8').replaceAll('"', '').trim()
  return text.split(/\r?\n/).map((line) => line.split(separator))
}

interface Rows {
  readonly rows: readonly number[][]
  readonly startMs: number
  readonly intervalMs: number
}

function repeated(
  names: readonly string[],
  { rows, startMs, intervalMs }: Rows,
): Omit<DeviceData, 'name'> {
  const count = Math.ceil(RECORDED_READINGS / names.length)
  const valueAt = (row: number, index: number): number => rows[row % rows.length]?.[index] ?? NaN
  return {
    times: Float64Array.from({ length: count }, (_, row) => (startMs + row * intervalMs) * 1000),
    series: names.map((quantity, index) => {
      return {
        quantity,
        values: Float64Array.from({ length: count }, (_, row) => valueAt(row, index)),
      }
    }),
  }
}

/** Names for all of it: points are numbered device by device. */
export function definitionsOf({ devices }: DataSet): Definitions {
  const points = devices.flatMap(({ series }, device) =>
    series.map(({ quantity }) => ({ device, quantity })),
  )
  return {
    devices: devices.map(({ name }, number) => ({ number, name })),
    points: points.map((point, number) => ({ ...point, number, unit: '' })),
  }
}

/** Fills the slot with what arrives next, again and again, and yields how many readings are in it: sample by sample, device by device. */
export function* arrivals({ devices }: DataSet, slot: Slot): Generator<number> {
  const firstPoints: number[] = []
  let points = 0
  for (const { series } of devices) {
    firstPoints.push(points)
    points += series.length
  }
  const rows = Math.max(...devices.map(({ times }) => times.length))
  let count = 0
  for (let row = 0; row < rows; row++) {
    for (const [index, { times, series }] of devices.entries()) {
      if (count + series.length > limits.slotReadings) {
        yield count
        count = 0
      }
      let point = firstPoints[index] as number
      for (const { values } of series) {
        slot.points[count] = point++
        slot.times[count] = times[row] as number
        slot.values[count] = values[row] as number
        slot.qualities[count++] = 0
      }
    }
  }
  if (count > 0) yield count
}
