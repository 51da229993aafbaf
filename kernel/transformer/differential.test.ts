import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transformerSettings } from '../../src/edge/site/processors/transformer.ts'
import { type Random, seededRandom } from '../../src/core/random.ts'
import { Trial, type TrialReading, type TrialResult } from '../../src/kernel/trial.ts'
import { type Found, Reference } from './reference.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
/** 2026-03-01T00:00:00Z. */
const BEGIN = 1_772_323_200_000_000
const DAYS = 4
const COOLING = ['ONAN', 'ONAF', 'OF', 'OD'] as const

interface Action {
  readonly tick?: number
  readonly reading?: TrialReading
}

interface Run {
  readonly actions: readonly Action[]
  readonly entry: { readonly ratedVa: number; readonly cooling: string; readonly thermal?: object }
  readonly isIeee: boolean
}

/** Four days of a transformer whose monitor is late, silent, wrong and out of order now and then. */
function runOf(seed: number): Run {
  const random = seededRandom(seed)
  const ratedVa = [630e3, 40e6, 250e6][seed % 3] ?? 40e6
  const cooling = COOLING[Math.floor(random() * 4)] ?? 'ONAN'
  const hasOil = random() < 0.5
  const period = (random() < 0.5 ? 60 : 300) * SECOND
  const readings: { readonly at: number; readonly reading: TrialReading }[] = []
  for (let time = BEGIN + 7 * SECOND; time < BEGIN + DAYS * 1440 * MINUTE; time += period) {
    if (random() < 0.01) time += random() * 300 * MINUTE
    if (random() < 0.001) time += 1500 * MINUTE
    time = Math.floor(time)
    for (const [quantity, value] of valuesOf(random, { time, ratedVa, hasOil })) {
      const late = random() < 0.02 ? random() * 20 * SECOND : random() * SECOND
      readings.push({
        at: time + late,
        reading: { ...flawed(random, value), subject: 'm1', quantity, time },
      })
    }
  }
  readings.sort((one, other) => one.at - other.at)
  const actions: Action[] = []
  for (const { at, reading } of readings) {
    if (random() < 0.05) actions.push({ tick: Math.floor(at) })
    actions.push({ reading })
  }
  const end = BEGIN + (DAYS + 3) * 1440 * MINUTE
  actions.push({ tick: end }, { tick: end + SECOND })
  const thermal = random() < 0.5 ? { paper: 'upgraded', topOilRiseK: 45 } : {}
  return { actions, entry: { ratedVa, cooling, thermal }, isIeee: random() < 0.4 }
}

interface Moment {
  readonly time: number
  readonly ratedVa: number
  readonly hasOil: boolean
}

function valuesOf(random: Random, { time, ratedVa, hasOil }: Moment): [string, number][] {
  const hours = (time - BEGIN) / (60 * MINUTE)
  const load = 1 + 0.8 * Math.sin(hours / 3) + 0.1 * random()
  const ambientC = 22 + 9 * Math.sin(hours / 4) + random()
  const values: [string, number][] = []
  if (random() < 0.9) values.push(['temperature.ambient', ambientC])
  if (hasOil && random() < 0.7) values.push(['temperature.oil', ambientC + 45 * load * load])
  if (random() < 0.5) values.push(['power.apparent', load * ratedVa])
  values.push(['power.active', 0.9 * load * ratedVa])
  if (random() < 0.9) values.push(['power.reactive', 0.4 * load * ratedVa])
  return values
}

function flawed(random: Random, value: number): { value: number; quality: number } {
  const kind = random()
  if (kind < 0.01) return { value: Number.NaN, quality: 1 }
  if (kind < 0.02) return { value: value * 100, quality: 1 }
  if (kind < 0.04) return { value, quality: 3 }
  if (kind < 0.045) return { value, quality: 1 << 13 }
  return { value, quality: 0 }
}

const SETTINGS = {
  outputSeconds: 300,
  windowMinutes: 60,
  permissibleMinutes: 120,
  gapMinutes: 90,
  latenessSeconds: 5,
  regularTopOilC: 85,
}

async function byModule({ actions, entry, isIeee }: Run): Promise<TrialResult[]> {
  const trial = await Trial.start('transformer', {
    settings: { ...SETTINGS, method: isIeee ? 'ieee' : 'iec' },
    site: { limits: 'gbt' },
    subjects: [
      { kind: 'transformer', id: 't1', entry },
      { kind: 'device', id: 'm1', entry: { transformer: 't1' } },
    ],
  })
  const found: TrialResult[] = []
  let batch: TrialReading[] = []
  for (const { tick, reading } of actions) {
    if (reading !== undefined) batch.push(reading)
    if (tick === undefined) continue
    trial.feed(batch)
    batch = []
    trial.tick(tick)
    found.push(...trial.take())
  }
  return found
}

function byReference({ actions, entry, isIeee }: Run): readonly Found[] {
  const reference = new Reference(entry, { ...SETTINGS, isIeee })
  for (const { tick, reading } of actions) {
    if (reading !== undefined) reference.take(reading.quantity, { quality: 0, ...reading })
    if (tick !== undefined) reference.tick(tick)
  }
  return reference.found
}

for (let seed = 1; seed <= 12; seed++) {
  test(`module and reference find the same, seed ${seed}`, async () => {
    const run = runOf(seed)
    const found = indexed(await byModule(run))
    const expected = indexed(byReference(run))
    assert.deepEqual([...found.keys()].toSorted(), [...expected.keys()].toSorted())
    assert.ok(found.size > 200)
    for (const [identity, { value, quality }] of found) {
      const other = expected.get(identity)
      assert.ok(other !== undefined)
      assert.equal(quality, other.quality, identity)
      // The reference looks for the permissible load in steps of a thousandth.
      const tolerance = identity.startsWith('load.permissible')
        ? 1.1e-3
        : 1e-8 * (1 + Math.abs(value))
      assert.ok(Math.abs(value - other.value) <= tolerance, `${identity}: ${value}, ${other.value}`)
    }
  })
}

type Comparable = Pick<Found, 'name' | 'time' | 'end' | 'key' | 'value' | 'quality'>

/** An event is there twice: as it began, and as it ended. */
function indexed(results: readonly Comparable[]): Map<string, Comparable> {
  return new Map(results.map((one) => [`${one.name} ${one.time} ${one.end} ${one.key}`, one]))
}

test('what is not set is what the schema of the site file says', async () => {
  const parsed: unknown = transformerSettings.parse({})
  const outputs = await Promise.all(
    [parsed, {}].map(async (settings) => {
      const trial = await Trial.start('transformer', {
        settings,
        site: { limits: 'gbt' },
        subjects: [
          { kind: 'transformer', id: 't1', entry: { ratedVa: 1e6, cooling: 'ONAN' } },
          { kind: 'device', id: 'm1', entry: { transformer: 't1' } },
        ],
      })
      const load = { subject: 'm1', quantity: 'power.apparent' }
      const minutes = [...Array.from({ length: 200 }).keys(), 291, 500]
      trial.feed(
        minutes.map((minute) => ({ ...load, time: BEGIN + minute * MINUTE, value: 1.7e6 })),
      )
      return trial.take()
    }),
  )
  assert.ok((outputs[0]?.length ?? 0) > 400)
  assert.deepEqual(outputs[0], outputs[1])
})
