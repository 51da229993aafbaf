import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Trial, type TrialResult } from '../../src/kernel/trial.ts'
import { ReferenceOutage } from './reference.ts'
import { type Move, type Scenario, scenarioOf } from './reference-scenario.ts'

const SEEDS = Number(process.env['BUSBAR_SEEDS'] ?? 24)

function play(target: Pick<Trial, 'feed' | 'tick'>, move: Move): void {
  if (move.kind === 'tick') target.tick(move.now)
  else target.feed(move.readings)
}

/** Sums are added up in another order: equal to the ninth digit. */
function rounded(result: TrialResult): TrialResult {
  const round = (value: number): number => Number(value.toPrecision(9))
  const fields = Object.entries(result.fields).map(([name, value]) => {
    return [name, typeof value === 'number' ? round(value) : value]
  })
  return { ...result, value: round(result.value), fields: Object.fromEntries(fields) }
}

async function begin({ settings, subjects }: Scenario, state?: ReturnType<Trial['save']>) {
  const made = { settings, subjects, ...(state === undefined ? {} : { state }) }
  return Trial.start('outage', made)
}

test(`module and reference say the same of ${SEEDS} substations`, async () => {
  let events = 0
  const scopes: Record<string, number> = {}
  for (let seed = 1; seed <= SEEDS; seed++) {
    const scenario = scenarioOf(seed)
    const trial = await begin(scenario)
    const reference = new ReferenceOutage(scenario.settings, scenario.subjects)
    for (const [index, move] of scenario.moves.entries()) {
      play(trial, move)
      play(reference, move)
      const [found, wanted] = [trial.take().map(rounded), reference.take().map(rounded)]
      assert.deepEqual(found, wanted, `seed ${seed}, move ${index}`)
      for (const { kind, fields } of found) {
        if (kind !== 'event') continue
        events++
        const scope = String(fields['scope'])
        scopes[scope] = (scopes[scope] ?? 0) + 1
      }
    }
  }
  assert.ok(events > 10 * SEEDS, `${events} events`)
  for (const scope of ['device', 'part', 'phase', 'feeder'])
    assert.ok((scopes[scope] ?? 0) > 0, scope)
})

test('a snapshot at any batch changes nothing, to the byte', async () => {
  for (let seed = 1001; seed <= 1000 + SEEDS / 6; seed++) {
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
