import { closeSync, existsSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Random } from '../../src/core/random.ts'
import { historyPath } from '../../src/store/history/history-file.ts'
import { journalPath } from '../../src/store/journal.ts'

/** Of the journal; those of history are smaller. */
const PAGE = 4096

export interface Damage {
  readonly name: string
  readonly inflict: (directory: string, random: Random) => void
}

/** What disks, people and power supplies do to files. */
export const DAMAGES: readonly Damage[] = [journalPath, historyPath].flatMap((pathOf) => {
  const file = (directory: string): string => pathOf(directory)
  const label = pathOf('.')
  return [
    {
      name: `a page in the middle of ${label} is torn`,
      inflict: (directory, random) => tear(file(directory), 0.5, random),
    },
    {
      name: `ten pages of ${label} are overwritten`,
      inflict: (directory, random) => {
        for (let at = 0; at < 10; at++) tear(file(directory), random(), random)
      },
    },
    {
      name: `the header of ${label} is garbage`,
      inflict: (directory, random) => overwrite(file(directory), { at: 0, bytes: 100, random }),
    },
    {
      name: `the first page of ${label} is garbage`,
      inflict: (directory, random) => overwrite(file(directory), { at: 0, bytes: PAGE, random }),
    },
    {
      name: `${label} is cut to half`,
      inflict: (directory) =>
        truncateSync(file(directory), Math.floor(statSync(file(directory)).size / 2 / PAGE) * PAGE),
    },
    {
      name: `${label} has no bytes`,
      inflict: (directory) => truncateSync(file(directory), 0),
    },
    {
      name: `an index of ${label} disagrees with its table`,
      inflict: (directory, random) => {
        const at = indexLeaf(file(directory)) * pageBytes(file(directory)) - 1
        overwrite(file(directory), { at, bytes: 1, random })
      },
    },
    { name: `${label} is gone`, inflict: (directory) => rmSync(file(directory)) },
    {
      name: `a log of garbage beside ${label}`,
      inflict: (directory, random) => {
        const log = `${file(directory)}-wal`
        closeSync(openSync(log, 'w'))
        overwrite(log, { at: 0, bytes: 3 * PAGE, random })
      },
    },
    {
      name: `a map of garbage beside ${label}`,
      inflict: (directory, random) => {
        const map = `${file(directory)}-shm`
        closeSync(openSync(map, 'w'))
        overwrite(map, { at: 0, bytes: 32_768, random })
      },
    },
  ] satisfies Damage[]
})

/** Page number of a leaf of the index of rows or spans; the last byte of it belongs to the number of one. */
function indexLeaf(path: string): number {
  const db = new DatabaseSync(path)
  const row = db
    .prepare(
      `SELECT pageno FROM dbstat WHERE name IN ('journal_time', 'spans_device') AND pagetype = 'leaf' LIMIT 1`,
    )
    .get()
  db.close()
  return row?.['pageno'] as number
}

function tear(path: string, share: number, random: Random): void {
  const bytes = pageBytes(path)
  const pages = Math.floor(statSync(path).size / bytes)
  const page = 1 + Math.floor(share * (pages - 2))
  const half = Math.floor(random() * 2)
  overwrite(path, { at: page * bytes + (bytes / 2) * half, bytes: bytes / 2, random })
  overwrite(path, { at: page * bytes, bytes: 16, random })
}

function pageBytes(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return Number(db.prepare('PRAGMA page_size').get()?.['page_size'])
  } catch {
    return PAGE
  } finally {
    db.close()
  }
}

function overwrite(
  path: string,
  { at, bytes, random }: { readonly at: number; readonly bytes: number; readonly random: Random },
): void {
  if (!existsSync(path)) throw new Error(`${path} is not there`)
  const garbage = Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256))
  const descriptor = openSync(path, 'r+')
  writeSync(descriptor, garbage, 0, bytes, at)
  closeSync(descriptor)
}
