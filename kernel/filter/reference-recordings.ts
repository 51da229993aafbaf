import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Recordings of real substations and houses, which the repository does not hold: BUSBAR_RECORDINGS, or beside the repository. */
export const recordings =
  process.env['BUSBAR_RECORDINGS'] ?? join(import.meta.dirname, '../../../shared/data')

/** For `skip` of a test: false where the recording is there, otherwise what is missing. */
export function absence(path: string): string | false {
  return existsSync(join(recordings, path))
    ? false
    : `no recording ${path}; give its folder with BUSBAR_RECORDINGS`
}

export const HOUSEHOLD = 'uci_household/household_power_consumption_2007-02-01_02.csv'
export const TRANSFORMER = 'ett/ETTh1.csv'

export interface Row {
  /** Microseconds since 1970, the local time taken for UTC. */
  readonly time: number
  readonly value: number
}

/** One column of a recording, without the rows in which it is empty. */
export function readColumn(path: string, column: string): Row[] {
  const separator = path === HOUSEHOLD ? ';' : ','
  const timeColumn = path === HOUSEHOLD ? 'DateTime' : 'date'
  const [head = '', ...lines] = readFileSync(join(recordings, path), 'utf8').split(/\r?\n/)
  const names = head.replaceAll('"', '').split(separator)
  const timeAt = names.indexOf(timeColumn)
  const valueAt = names.indexOf(column)
  return lines
    .map((line) => line.replaceAll('"', '').split(separator))
    .map((cells) => ({
      time: Date.parse(`${cells[timeAt] ?? ''}Z`.replace(' ', 'T')) * 1000,
      value: Number.parseFloat(cells[valueAt] ?? ''),
    }))
    .filter(({ time, value }) => Number.isFinite(time) && Number.isFinite(value))
}
