import type { DrainResult } from './fairness.ts'
import type { UplinkBenchResult } from './uplink.ts'

/** What was wanted and what was measured, a line each. `scale`: of a thousand sites. */
export function uplinkTable(result: UplinkBenchResult, scale: number): string {
  const { packing, sustained, storm, backlog, fairness } = result
  const peakMb = Math.max(...[sustained, storm, backlog].map((each) => each.centrePeakMb ?? NaN))
  const faults = [sustained, storm, backlog].reduce((sum, { audit, isSettled }) => {
    return sum + audit.faults.length + (isSettled ? 0 : 1)
  }, 0)
  const { feeders, devices } = packing
  const sites = `${count(sustained.sites)} sites`
  const rows = [
    ['', 'wanted', 'measured'],
    [
      'edge: records/s packed, policy asked',
      '50,000',
      `${count(feeders.recordsPerSecond)}; ${count(devices.recordsPerSecond)} with names replaced`,
    ],
    [
      `${sites}: records/s into the database`,
      count(20_000 * scale),
      `${count(sustained.recordsPerSecond)}; P50 / P99 ${Math.round(sustained.p50Ms)} / ${Math.round(sustained.p99Ms)} ms`,
    ],
    [
      `${sites} lose their connections at once`,
      '< 30 s',
      `${(storm.stormSeconds ?? NaN).toFixed(1)} s, ${count(storm.sent.resent)} acknowledgements lost`,
    ],
    [
      `backlog of ${count(backlog.backlog?.records ?? 0)}: records/s`,
      '30,000',
      count(backlog.backlog?.recordsPerSecond ?? 0),
    ],
    ['centre: resident memory', '< 600 MB', `${count(peakMb)} MB`],
    [
      'P99 of what is new, while one site drains',
      ms(fairness.beforeP99Ms),
      [fairness.atPace, fairness.unbounded].map(drainText).join('; '),
    ],
    ['audits: records lost or wrong', '0', count(faults)],
  ]
  return `${rows.map(([what = '', wanted = '', got = '']) => `${what.padEnd(44)}${wanted.padEnd(12)}${got}`).join('\n')}\n`
}

function drainText({ p99Ms, ownP99Ms, recordsPerSecond }: DrainResult): string {
  return `${ms(p99Ms)}, its own ${ms(ownP99Ms)}, beside ${count(recordsPerSecond)}/s`
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}
