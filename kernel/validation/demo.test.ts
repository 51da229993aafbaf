import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseSite } from '../../src/edge/site/site.ts'
import { Trial, type TrialReading } from '../../src/kernel/trial.ts'
import { Model } from '../../src/simulator/model.ts'

/** Whatever a rule says of a substation in which nothing is wrong is a false alarm. */
test('the demo substation has no marks and no events in six minutes', async () => {
  const path = new URL('../../examples/demo.yaml', import.meta.url)
  const site = parseSite(readFileSync(path, 'utf8'), path.pathname)
  const model = new Model(1, 30)
  const trial = await Trial.start('validation', {
    site: site.site,
    subjects: [
      ...site.voltageLevels.map((entry) => ({
        kind: 'voltageLevel' as const,
        id: entry.id,
        entry,
      })),
      ...site.feeders.map((entry) => ({ kind: 'feeder' as const, id: entry.id, entry })),
      ...site.devices.map((entry) => ({ kind: 'device' as const, id: entry.id, entry })),
    ],
  })
  const startMs = 1_764_000_000_000
  for (let second = 0; second < 360; second++) {
    const time = (startMs + second * 1000) * 1000
    const readings = model.devices.flatMap(({ id }, index) =>
      Object.entries(model.valuesAt(index, startMs + second * 1000)).map(
        ([quantity, value]): TrialReading => ({ subject: id, quantity, time, value }),
      ),
    )
    trial.feed(readings)
    trial.tick(time)
  }
  const found = trial.take().filter(({ kind }) => kind !== 'aggregate')
  assert.deepEqual(
    found
      .slice(0, 3)
      .map(({ name, subject, value, quality }) => ({ name, subject, value, quality })),
    [],
  )
})
