import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPage, tableOf } from './docs/pages.ts'
import { runDrill } from './drill/drill.ts'
import { faults } from './drill/faults.ts'
import { reportOf, reportText } from './drill/report.ts'
import { coveredMs } from './drill/watch.ts'
import { YEAR_SECONDS, quietYear, shareWithout, yearlyCost } from './drill/year.ts'
import { whyNoPowerCut } from './power-cut/interposer.ts'

const SHORT = ['process killed', 'disk full', 'clock set', 'broken packets', 'module spins']
const STRIKE = { samples: 200, late: 50, veryLate: 10, unsaved: 0, lost: 0 }

test('a year of some faults in seconds: the edge answers, and nothing acknowledged is lost', async (t) => {
  const canWear = whyNoPowerCut() === undefined
  const folder = mkdtempSync(join(tmpdir(), 'busbar-drill-'))
  try {
    const outcome = await runDrill({
      folder,
      versions: ['src/cli/main.ts'],
      seed: 1,
      restartMs: 100,
      holdMs: 500,
      quietMs: 200,
      hasCentre: false,
      canWear,
      faults: faults.filter(
        ({ name, needs }) => SHORT.includes(name) && (canWear || needs === undefined),
      ),
      seconds: 0,
      onStrike: () => {},
    })
    const report = reportOf(outcome, 1)
    t.diagnostic(reportText(report))
    assert.ok(report.passed, `${reportText(report)}${outcome.errors.join('\n')}`)
    assert.ok(report.acknowledgedReadings > 1000, String(report.acknowledgedReadings))
    const killed = report.rows.find(({ fault }) => fault === 'process killed')
    assert.ok((killed?.unansweredMaxMs ?? 0) > 100, 'a fault that nobody notices was none')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a year costs what a strike costs, as often as it strikes', () => {
  const strikes = [
    { ...STRIKE, lastedMs: 1000, unansweredMs: 500 },
    { ...STRIKE, lastedMs: 3000, unansweredMs: 1500 },
  ]
  // Two seconds, of them one without an answer; a quarter of their samples late.
  assert.deepEqual(yearlyCost({ perYear: 10, lastsSeconds: 0 }, strikes), {
    unansweredSeconds: 10,
    lateSeconds: 5,
    veryLateSeconds: 1,
  })
  assert.equal(
    yearlyCost({ perYear: 10, lastsSeconds: 60 }, strikes).unansweredSeconds,
    10 * 30,
    'what lasts 60 s in a year and 2 s here costs thirty times as much',
  )
  const boot = { perYear: 10, lastsSeconds: 0, bootSeconds: 90 }
  assert.equal(yearlyCost(boot, strikes).unansweredSeconds, 10 * 91)
  const quiet = quietYear({ ...STRIKE, lastedMs: 10_000, unansweredMs: 1 })
  assert.equal(quiet.unansweredSeconds, YEAR_SECONDS / 10_000)
  assert.equal(quiet.lateSeconds, YEAR_SECONDS / 4)
  assert.equal(shareWithout(YEAR_SECONDS / 10_000), 0.9999)
})

test('two who got no answer at the same time count once', () => {
  const spans = [
    { fromMs: 10, toMs: 20 },
    { fromMs: 5, toMs: 12 },
    { fromMs: 30, toMs: 31 },
    { fromMs: 11, toMs: 13 },
  ]
  assert.equal(coveredMs(spans), 16)
})

test('the page has the faults and rates of the drill, in both languages', () => {
  const own = faults.map(({ name, perYear, lastsSeconds, bootSeconds }) => [
    name,
    String(perYear),
    lastsSeconds === 0 ? `${bootSeconds ?? 0}` : String(lastsSeconds),
  ])
  const pages = { 'availability.md': 'fault', 'availability.zh-CN.md': '故障' }
  for (const [page, head] of Object.entries(pages)) {
    const rows = tableOf(readPage(`docs/operating/${page}`), head)
    assert.deepEqual(
      rows.map((cells) => cells.slice(0, 3)),
      own,
      page,
    )
  }
})
