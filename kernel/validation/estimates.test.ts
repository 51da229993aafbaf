import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '../../src/core/random.ts'
import { TRANSFORMER, absence, readColumn } from '../filter/reference-recordings.ts'
import { type TimedValue, estimateGaps } from './reference-estimates.ts'
import { MINUTE, MONDAY, startValidation } from './reference-site.ts'

const ESTIMATED = (1 << 10) | (1 << 15)

async function assertSameEstimates(
  readings: readonly TimedValue[],
  { quantity, periodUs }: { readonly quantity: string; readonly periodUs: number },
): Promise<number> {
  const settings = { estimation: { quantities: ['*'] } }
  const trial = await startValidation({ intervalMs: periodUs / 1000 }, settings)
  trial.feed(readings.map((one) => ({ subject: 'm1', quantity, quality: 0, ...one })))
  for (let tick = 0; tick < 20; tick++) trial.tick(readings[0]!.time)
  const found = trial
    .take()
    .filter(({ kind, quality }) => kind === 'derived' && quality === ESTIMATED)
    .toSorted((one, other) => one.time - other.time)
  const isRegister = quantity.startsWith('energy.')
  const expected = estimateGaps(readings, { periodUs, isRegister })
  assert.equal(found.length, expected.length)
  for (const [at, { time, value, method }] of expected.entries()) {
    const one = found[at]!
    assert.deepEqual([one.time, one.fields['method']], [time, method])
    const error = Math.abs(one.value - value)
    assert.ok(error <= 1e-9 * Math.abs(value), `${one.value}, not ${value} (${method})`)
  }
  return expected.filter(({ method }) => method === 'like-day').length
}

/** Some are missing, and now and then half a day is. */
function withGaps<T>(items: readonly T[], random: Random): T[] {
  let gap = 0
  return items.filter(() => {
    if (random() < 0.02) gap = Math.floor(random() * 60)
    return gap-- <= 0 && random() < 0.97
  })
}

test('the module estimates what the reference estimates', async () => {
  let likeDays = 0
  for (let seed = 1; seed <= 8; seed++) {
    const random = seededRandom(seed)
    let register = 1000
    const quarters = Array.from({ length: 14 * 96 }, (_, at) => {
      const time = MONDAY + at * 15 * MINUTE
      const load = 500 + 400 * Math.sin((at / 96) * 2 * Math.PI) + 100 * random()
      register = random() < 0.002 ? 0 : register + Math.round(load / 4)
      return { time, load, register }
    })
    const sent = withGaps(quarters, random)
    const loads = sent.map(({ time, load }) => ({ time, value: load }))
    const registers = sent.map(({ time, register: value }) => ({ time, value }))
    const periodUs = 15 * MINUTE
    likeDays += await assertSameEstimates(loads, { quantity: 'power.active', periodUs })
    likeDays += await assertSameEstimates(registers, { quantity: 'energy.active.import', periodUs })
  }
  assert.ok(likeDays > 500)
})

test('a month of a recording by the hour', { skip: absence(TRANSFORMER) }, async () => {
  const month = readColumn(TRANSFORMER, 'OT').slice(0, 24 * 30)
  const sent = withGaps(month, seededRandom(1))
  await assertSameEstimates(sent, { quantity: 'temperature.oil', periodUs: 60 * MINUTE })
})
