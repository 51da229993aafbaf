import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Trial, type TrialResult } from '../../src/kernel/trial.ts'
import { ReferenceAggregation } from './reference.ts'
import { type Move, type Scenario, scenarioOf } from './reference-scenario.ts'

const SEEDS = Number(process.env['BUSBAR_SEEDS'] ?? 12)

function play(target: Pick<Trial, 'feed' | 'tick'>, move: Move): void {
  if (move.kind === 'tick') target.tick(move.now)
  else target.feed(move.readings)
}

/** Sums are added up in another order: equal to the ninth digit. In one order, for that of one moment says nothing. */
function sorted(results: readonly TrialResult[]): unknown[] {
  const round = (value: number): number => Number(value.toPrecision(9))
  const lines = results.map(({ value, fields, ...rest }) => {
    const all = Object.entries(fields).map(([name, one]) => {
      return [name, typeof one === 'number' ? round(one) : one] as const
    })
    all.sort(([one], [other]) => (one < other ? -1 : 1))
    const { name, subject, time, end, key, revision, quality } = rest
    return JSON.stringify([name, subject, time, end, key, revision, quality, round(value), all])
  })
  return lines.toSorted((one, other) => (one < other ? -1 : 1))
}

async function begin({ settings, subjects }: Scenario, state?: ReturnType<Trial['save']>) {
  const made = { settings, subjects, ...(state === undefined ? {} : { state }) }
  return Trial.start('aggregation', made)
}

test(`module and reference say the same of ${SEEDS} substations`, async () => {
  const counts: Record<string, number> = {}
  for (let seed = 1; seed <= SEEDS; seed++) {
    const scenario = scenarioOf(seed)
    const trial = await begin(scenario)
    const reference = new ReferenceAggregation(scenario.settings, scenario.subjects)
    for (const [index, move] of scenario.moves.entries()) {
      play(trial, move)
      play(reference, move)
      const found = trial.take()
      const wanted = reference.take()
      assert.deepEqual(sorted(found), sorted(wanted), `seed ${seed}, move ${index}`)
      for (const { name, revision, subject } of found) {
        const what = revision > 0 ? 'revised' : subject.startsWith('f') ? `group ${name}` : name
        counts[what] = (counts[what] ?? 0) + 1
      }
    }
  }
  for (const what of ['revised', 'group power.active', 'load.factor', 'level.oil', 'tank.a'])
    assert.ok((counts[what] ?? 0) >= SEEDS, `${what} ${counts[what]}`)
})

test('a snapshot at any batch changes nothing, to the byte', async () => {
  for (let seed = 1001; seed <= 1000 + SEEDS / 3; seed++) {
    const scenario = scenarioOf(seed)
    const straight = await begin(scenario)
    let broken = await begin(scenario)
    for (const [index, move] of scenario.moves.entries()) {
      if (index % 37 === seed % 37) broken = await begin(scenario, broken.save())
      play(straight, move)
      play(broken, move)
      assert.deepEqual(broken.take(), straight.take(), `seed ${seed}, move ${index}`)
    }
    assert.ok(Buffer.from(broken.save().bytes).equals(straight.save().bytes), `seed ${seed}`)
  }
})
