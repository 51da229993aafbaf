import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TrialReading } from '../../src/kernel/trial.ts'
import { DAY, MINUTE } from './reference-model.ts'
import { METER, QUARTER, begin } from './reference-site.ts'

const FOLDER = process.env['BUSBAR_RECORDINGS'] ?? join(import.meta.dirname, '../../../shared/data')
const FILE = join(FOLDER, 'uci_household/household_power_consumption_2007-02-01_02.csv')
const START = Date.UTC(2007, 1, 1) * 1000

/** Two days of a household, a minute each: power in W and voltage in V; NaN where it was not recorded. */
function recorded(): { readonly powers: readonly number[]; readonly volts: readonly number[] } {
  const [, ...lines] = readFileSync(FILE, 'utf8').trim().split('\n')
  const rows = lines.map((line) => line.replaceAll('"', '').split(';'))
  const column = (index: number): number[] => rows.map((row) => Number.parseFloat(row[index] ?? ''))
  return { powers: column(2).map((kilowatts) => kilowatts * 1000), volts: column(4) }
}

function close(found: number | undefined, wanted: number): void {
  assert.ok(Math.abs((found ?? NaN) - wanted) < 1e-9 * Math.abs(wanted), `${found} ${wanted}`)
}

const isThere = existsSync(FILE)

test(
  'two recorded days of a household: quarter hours, block and sliding peak, load factor',
  { skip: isThere ? false : 'BUSBAR_RECORDINGS has no uci_household' },
  async () => {
    const { powers, volts } = recorded()
    assert.equal(powers.length, 2880)
    const trial = await begin({ windows: [{ quantities: ['*'], seconds: 900 }] }, METER)
    const readings = powers.flatMap((value, minute): TrialReading[] => {
      const time = START + minute * MINUTE
      return [
        { subject: 'm1', quantity: 'power.active', time, value },
        { subject: 'm1', quantity: 'voltage.a', time, value: volts[minute] ?? NaN },
      ]
    })
    trial.feed(readings)
    trial.tick(START + 2 * DAY + MINUTE)
    const found = trial.take().filter(({ subject }) => subject === 'm1')
    const of = (name: string, width: number): readonly number[] =>
      found
        .filter((one) => one.name === name && one.end - one.time === width)
        .map(({ value }) => value)
    const mean = (some: readonly number[]): number =>
      some.reduce((all, one) => all + one) / some.length
    const cut = (values: readonly number[], step: number): number[][] =>
      Array.from({ length: Math.floor((values.length - 15) / step) + 1 }, (_, index) => {
        return values.slice(index * step, index * step + 15)
      })

    const blocks = cut(powers, 15).map(mean)
    const quarters = of('power.active', QUARTER)
    assert.equal(quarters.length, 192)
    for (const [index, value] of quarters.entries()) close(value, blocks[index] ?? NaN)
    const roots = cut(volts, 15).map((some) => Math.sqrt(mean(some.map((one) => one * one))))
    for (const [index, value] of of('voltage.a', QUARTER).entries())
      close(value, roots[index] ?? NaN)

    const [first, second] = of('demand.active.block', DAY)
    close(first, Math.max(...blocks.slice(0, 96)))
    close(second, Math.max(...blocks.slice(96)))
    const [sliding] = of('demand.active.sliding', DAY)
    close(sliding, Math.max(...cut(powers.slice(0, 1440), 1).map(mean)))
    assert.ok((sliding ?? 0) > (first ?? Infinity), 'blocks cut the peak in two')
    const [factor] = of('load.factor', DAY)
    close(factor, mean(powers.slice(0, 1440)) / (first ?? NaN))
  },
)
