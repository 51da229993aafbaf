import type { Outcome } from './drill.ts'
import { faults } from './faults.ts'
import {
  ANSWERED_SHARE,
  type Strike,
  type YearlyCost,
  quietYear,
  shareWithout,
  sumOf,
  totalOf,
  yearlyCost,
} from './year.ts'

export interface Row extends YearlyCost {
  readonly fault: string
  readonly perYear: number
  readonly strikes: number
  readonly unansweredP50Ms: number
  readonly unansweredMaxMs: number
  readonly samples: number
  readonly late: number
  readonly veryLate: number
  readonly unsaved: number
  readonly lost: number
}

export interface Report {
  readonly seed: number
  readonly seconds: number
  readonly rows: readonly Row[]
  /** As if all of the year were quiet. */
  readonly quiet: YearlyCost & { readonly samples: number; readonly late: number }
  readonly year: YearlyCost
  readonly answeredShare: number
  readonly within30MsShare: number
  readonly within5SShare: number
  readonly acknowledgedReadings: number
  readonly lost: number
  readonly differing: readonly string[]
  readonly falls: number
  /** Faults that could not be struck here. */
  readonly left: readonly string[]
  readonly passed: boolean
}

export function reportOf(outcome: Outcome, seed: number): Report {
  const { strikes, quiet, differing, falls } = outcome
  const rows = faults.flatMap((fault) => {
    const own = strikes.get(fault)
    if (own === undefined) return []
    const { name, perYear } = fault
    const { lastedMs: _, unansweredMs: __, ...counts } = totalOf(own)
    const cost = yearlyCost(fault, own)
    return [{ fault: name, perYear, strikes: own.length, ...spread(own), ...counts, ...cost }]
  })
  const quietCost = quietYear(quiet)
  const year = sumOf([...rows, quietCost])
  const lost = rows.reduce((sum, row) => sum + row.lost, 0)
  const answeredShare = shareWithout(year.unansweredSeconds)
  return {
    seed,
    seconds: outcome.seconds,
    rows,
    quiet: { ...quietCost, samples: quiet.samples, late: quiet.late },
    year,
    answeredShare,
    within30MsShare: shareWithout(year.lateSeconds),
    within5SShare: shareWithout(year.veryLateSeconds),
    acknowledgedReadings: outcome.acknowledgedReadings,
    lost,
    differing,
    falls,
    left: faults.filter((fault) => !strikes.has(fault)).map(({ name }) => name),
    passed: answeredShare >= ANSWERED_SHARE && lost === 0 && differing.length === 0 && falls === 0,
  }
}

function spread(strikes: readonly Strike[]): Pick<Row, 'unansweredP50Ms' | 'unansweredMaxMs'> {
  const sorted = strikes.map(({ unansweredMs }) => unansweredMs).toSorted((a, b) => a - b)
  const at = (place: number): number => Math.round(sorted[place] ?? 0)
  return {
    unansweredP50Ms: at(Math.floor((sorted.length - 1) / 2)),
    unansweredMaxMs: at(sorted.length - 1),
  }
}

export function reportText(report: Report): string {
  const { rows, quiet, year, left, differing } = report
  const lines = [
    lineOf(HEAD),
    ...rows.map((row) =>
      lineOf([
        row.fault,
        row.strikes,
        row.unansweredP50Ms,
        row.unansweredMaxMs,
        row.samples,
        row.late,
        row.veryLate,
        row.unsaved,
        row.lost,
        row.perYear,
        ...costCells(row),
      ]),
    ),
    lineOf(['quiet', '', '', '', quiet.samples, quiet.late, '', '', '', '', ...costCells(quiet)]),
    lineOf(['year', '', '', '', '', '', '', '', report.lost, '', ...costCells(year)]),
    '',
    `of a year, answered ${percent(report.answeredShare)} (at least ${percent(ANSWERED_SHARE)}); ` +
      `acknowledged within 30 ms ${percent(report.within30MsShare)}, within 5 s ${percent(report.within5SShare)}`,
    `${report.acknowledgedReadings} readings acknowledged in ${report.seconds.toFixed(0)} s, ${report.lost} lost; seed ${report.seed}`,
    ...(left.length > 0 ? [`not struck: ${left.join(', ')}`] : []),
    ...(report.falls > 0 ? [`the edge ended ${report.falls} times unasked`] : []),
    ...differing,
    report.passed ? 'passed' : 'FAILED',
  ]
  return `${lines.join('\n')}\n`
}

const HEAD = [
  'fault',
  'strikes',
  'P50 ms',
  'max ms',
  'samples',
  '>30 ms',
  '>5 s',
  'unsaved',
  'lost',
  'a year',
  'silent s',
  '>30 ms s',
  '>5 s s',
] as const
const NAME_WIDTH = 22

function lineOf([name, ...cells]: readonly (string | number)[]): string {
  return `${String(name).padEnd(NAME_WIDTH)}${cells.map((cell) => String(cell).padStart(9)).join('')}`
}

function costCells(cost: YearlyCost): readonly string[] {
  return [cost.unansweredSeconds, cost.lateSeconds, cost.veryLateSeconds].map((seconds) =>
    seconds.toFixed(1),
  )
}

function percent(share: number): string {
  return `${(share * 100).toFixed(4)} %`
}
