import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DataSet, meterDays, recordings } from './data-set.ts'
import { type OtherDatabase, influxDb, measureOther, victoriaMetrics } from './other-database.ts'
import { sqliteRows } from './sqlite-rows.ts'
import { type StoreRun, runStore } from './store-run.ts'

export interface StoreSettings {
  /** Of public recordings; undefined: only what is generated is measured. */
  readonly recordings: string | undefined
  readonly meters: number
  readonly days: number
}

export interface StoreResult extends StoreRun {
  readonly name: string
  /** Bytes a reading; undefined: not installed. */
  readonly sqlite: number
  readonly victoriaMetrics: number | undefined
  readonly influxDb: number | undefined
}

/** Readings that are also written as rows of SQLite. */
const SQLITE_READINGS = 1_000_000
const OTHERS: readonly OtherDatabase[] = [victoriaMetrics, influxDb]

/** Bytes a reading of the whole files, and the speed of sealing; `skip` is told what could not be measured. */
export async function measureStore(
  settings: StoreSettings,
  skip: (what: string) => void,
): Promise<StoreResult[]> {
  const results: StoreResult[] = []
  const sets = dataSets(settings, skip)
  for (const dataSet of sets) results.push(await measureSet(dataSet))
  for (const [index, { name, program }] of OTHERS.entries()) {
    const key = index === 0 ? 'victoriaMetrics' : 'influxDb'
    if (results.some((result) => result[key] === undefined)) {
      skip(
        `${name}: no ${program} on the path (apt-get install ${program.replace('influxd', 'influxdb')})`,
      )
    }
  }
  return results
}

function* dataSets(
  { recordings: folder, meters, days }: StoreSettings,
  skip: (what: string) => void,
): Generator<DataSet> {
  const found = folder === undefined ? undefined : recordings(folder)
  if (found === undefined) {
    skip(
      'recordings: give a folder that has uci_household/ and ett/ with --recordings or BUSBAR_RECORDINGS',
    )
  } else yield* found
  yield meterDays(meters, days)
}

async function measureSet(dataSet: DataSet): Promise<StoreResult> {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-store-'))
  try {
    const run = runStore(directory, dataSet)
    return {
      name: dataSet.name,
      ...run,
      sqlite: sqliteRows(directory, dataSet, SQLITE_READINGS),
      victoriaMetrics: await measureOther(victoriaMetrics, join(directory, 'vm'), dataSet),
      influxDb: await measureOther(influxDb, join(directory, 'influx'), dataSet),
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** A line for each data set, and one for all of them. */
export function storeTable(results: readonly StoreResult[]): string {
  const head = [
    '',
    'readings',
    'bytes each',
    'sealed/s a core',
    'written',
    'SQLite',
    'Victoria',
    'Influx',
  ]
  const rows = results.map((result) => rowOf(result))
  const total = (amount: (result: StoreResult) => number): number =>
    results.reduce((sum, result) => sum + amount(result), 0)
  const readings = total((result) => result.readings)
  const bytes = total(({ historyBytes, journalBytes }) => historyBytes + journalBytes)
  const speed = readings / total(({ sealSeconds }) => sealSeconds)
  const all = [
    'all',
    count(readings),
    (bytes / readings).toFixed(3),
    millions(speed),
    '',
    '',
    '',
    '',
  ]
  return [head, ...rows, all].map((cells) => line(cells)).join('\n')
}

function rowOf(result: StoreResult): string[] {
  const { name, readings, historyBytes, journalBytes, sealSeconds, writes } = result
  const others = [result.sqlite, result.victoriaMetrics, result.influxDb]
  return [
    name,
    count(readings),
    ((historyBytes + journalBytes) / readings).toFixed(3),
    millions(readings / sealSeconds),
    `${writes.toFixed(2)} x`,
    ...others.map((bytes) => bytes?.toFixed(2) ?? '-'),
  ]
}

function line(cells: readonly string[]): string {
  const [first = '', ...others] = cells
  return first.padEnd(22) + others.map((cell) => cell.padStart(16)).join('')
}

function count(amount: number): string {
  return amount.toLocaleString('en')
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(2)} M`
}
