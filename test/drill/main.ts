import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MadeBundle } from '../bundle/made-bundle.ts'
import { nextVersion } from '../bundle/next-version.ts'
import { whyNoPowerCut } from '../power-cut/interposer.ts'
import { type Struck, runDrill } from './drill.ts'
import { faults } from './faults.ts'
import { reportOf, reportText } from './report.ts'

/** `npm run drill`: a year of faults in some minutes. Exit code 1: a bar was missed. */
const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: faults.map(({ name }) => name).join(',') },
    json: { type: 'boolean', default: false },
  },
})
const chosen = given.faults.split(',')
const unknown = chosen.filter((name) => !faults.some((fault) => fault.name === name))
if (unknown.length > 0)
  throw new Error(
    `no fault is called ${unknown.join(', ')}: ${faults.map((each) => each.name).join(', ')}`,
  )

const whyNotWorn = whyNoPowerCut()
if (whyNotWorn !== undefined) say(`neither disk nor clock can be worn: ${whyNotWorn}`)
const folder = mkdtempSync(join(tmpdir(), 'busbar-drill-'))
let count = 0
try {
  using bundle = new MadeBundle()
  const seed = Number(given.seed)
  const outcome = await runDrill({
    folder,
    versions: [bundle.main, nextVersion(bundle)],
    seed,
    restartMs: 2000,
    holdMs: 2000,
    quietMs: 800,
    hasCentre: true,
    canWear: whyNotWorn === undefined,
    faults: faults.filter(
      ({ name, needs }) =>
        chosen.includes(name) && (needs !== 'worn machine' || whyNotWorn === undefined),
    ),
    seconds: Number(given.minutes) * 60,
    onStrike: show,
  })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const report = reportOf(outcome, seed)
  process.stdout.write(given.json ? `${JSON.stringify(report)}\n` : reportText(report))
  if (!report.passed) for (const line of outcome.errors) say(line)
  process.exitCode = report.passed ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** One line that changes on a terminal, one each in a log. */
function show({ fault, fromMs, toMs, lost }: Struck): void {
  const line = `${++count} ${fault.name}: well again after ${Math.round(toMs - fromMs)} ms, ${lost} lost`
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
