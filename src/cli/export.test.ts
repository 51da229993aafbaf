import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { zstdDecompressSync } from 'node:zlib'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { limits } from '../core/limits.ts'
import { formatTime, Micros } from '../core/time.ts'
import { WrittenJournal } from '../store/reader/written-journal.test.ts'
import { DAY, journalOf, serve } from './query/served-journal.test.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const FROM = ['--from', '2026-01-31T00:00:00Z', '--to', '2026-02-01T00:00:00Z']

interface Ending {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A command in a process of its own, since it is about files and exit codes. */
async function busbar(...words: readonly string[]): Promise<Ending> {
  const child = spawn(process.execPath, [MAIN, ...words])
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [code, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
  return { code, out, err }
}

/** Rows as another library reads them, in the text of `busbar query --format csv`. */
async function parquetCsv(file: string): Promise<{ csv: string; units: Set<string> }> {
  const rows = await parquetReadObjects({
    file: await asyncBufferFromFile(file),
    compressors: { ZSTD: (input) => zstdDecompressSync(input) },
    // Microseconds as they are: a Date has none.
    parsers: { timestampFromMicroseconds: (micros) => micros },
  })
  const quoted = (field: string): string =>
    /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
  const lines = rows.map(({ time, device, quantity, value, quality }) =>
    [
      quoted(String(device)),
      String(quantity),
      formatTime(Micros(Number(time))),
      value ?? '',
      quoted(String(quality)),
    ].join(','),
  )
  const csv = ['device,quantity,time,value,quality', ...lines, ''].join('\n')
  return { csv, units: new Set(rows.map(({ unit }) => String(unit))) }
}

function filesIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => !name.startsWith('journal.db'))
}

describe('busbar export', () => {
  test('CSV and Parquet hold what a query prints, from a folder and from an edge', async () => {
    using journal = journalOf()
    await using served = await serve(journal)
    const { directory } = journal
    const { out: printed } = await busbar('query', '--data', directory, ...FROM, '--format', 'csv')
    assert.equal(printed.split('\n').length, 5)
    for (const source of [
      ['--data', directory],
      ['--url', `127.0.0.1:${served.api.address.port}`],
    ]) {
      const csvFile = join(directory, 'some.csv')
      const parquetFile = join(directory, 'some.parquet')
      const csv = await busbar('export', ...source, ...FROM, '--out', csvFile)
      assert.deepEqual([csv.code, csv.err], [0, ''])
      assert.match(csv.out, /some\.csv: 3 readings, \d+ bytes, /)
      assert.equal(readFileSync(csvFile, 'utf8'), printed)
      const parquet = await busbar('export', ...source, ...FROM, '--out', parquetFile, '--json')
      assert.deepEqual([parquet.code, parquet.err], [0, ''])
      const { done, readings, format, damagedRows } = JSON.parse(parquet.out) as Record<
        string,
        unknown
      >
      assert.deepEqual([done, readings, format, damagedRows], [true, 3, 'parquet', 0])
      assert.deepEqual(await parquetCsv(parquetFile), { csv: printed, units: new Set(['V']) })
    }
    assert.deepEqual(filesIn(directory).toSorted(), ['some.csv', 'some.parquet'])
  })

  test('many readings are many row groups, each bounded', async () => {
    using journal = new WrittenJournal().define('m1/voltage.a', 'm2/frequency')
    const count = limits.exportRowGroup + 20_000
    const perRow = 10_000
    for (let start = 0; start < count; start += perRow) {
      journal.row(
        Array.from({ length: Math.min(perRow, count - start) }, (_, at) => ({
          point: at % 2,
          time: DAY + (start + at) * 1001,
          value: at % 97 === 0 ? Number.NaN : Math.round(1000 * Math.sin(start + at)) / 10,
          quality: at % 13 === 0 ? 3 : 0,
        })),
      )
    }
    const { directory } = journal
    const file = join(directory, 'x')
    const { code, err } = await busbar(
      'export',
      '--data',
      directory,
      ...FROM,
      '--out',
      file,
      '--format',
      'parquet',
    )
    assert.deepEqual([code, err], [0, ''])
    const { row_groups, schema } = await parquetMetadataAsync(await asyncBufferFromFile(file))
    assert.deepEqual(
      row_groups.map(({ num_rows }) => Number(num_rows)),
      [limits.exportRowGroup, 20_000],
    )
    for (const name of ['device', 'quantity', 'unit', 'quality']) {
      const column = row_groups[0]?.columns.find(
        (each) => each.meta_data?.path_in_schema[0] === name,
      )
      assert.ok(column?.meta_data?.encodings.includes('RLE_DICTIONARY'), name)
    }
    assert.deepEqual(schema[1]?.logical_type, {
      type: 'TIMESTAMP',
      isAdjustedToUTC: true,
      unit: 'MICROS',
    })
    const { out } = await busbar('query', '--data', directory, ...FROM, '--format', 'csv')
    const { csv } = await parquetCsv(file)
    assert.ok(csv === out)
  })

  test('one quantity of one device; nothing in the range is a file without readings', async () => {
    using journal = journalOf()
    const { directory } = journal
    const file = join(directory, 'one.csv')
    const words = ['export', '--data', directory, '--out', file]
    const m1 = ['--device', 'm1', '--quantity', 'current.a']
    assert.equal((await busbar(...words, ...FROM, ...m1)).code, 0)
    assert.equal(readFileSync(file, 'utf8').split('\n').length, 3)
    for (const name of ['none.csv', 'none.parquet']) {
      const empty = join(directory, name)
      const long = ['--from', '2020-01-01T00:00:00Z', '--to', '2020-01-02T00:00:00Z']
      const { code, err } = await busbar('export', '--data', directory, '--out', empty, ...long)
      assert.deepEqual([code, err], [0, 'busbar: no readings in this range\n'])
    }
    const { csv } = await parquetCsv(join(directory, 'none.parquet'))
    assert.equal(csv, 'device,quantity,time,value,quality\n')
  })

  test('an export that fails leaves nothing, and what was there before', async () => {
    using journal = journalOf()
    const { directory } = journal
    const file = join(directory, 'kept.csv')
    writeFileSync(file, 'before')
    const unknown = await busbar(
      'export',
      '--data',
      directory,
      '--out',
      file,
      '--device',
      'm3',
      ...FROM,
    )
    assert.equal(unknown.code, 1)
    assert.match(unknown.err, /m3: no device has that name/)
    assert.equal(readFileSync(file, 'utf8'), 'before')
    const gone = await busbar('export', '--url', '127.0.0.1:1', '--out', file, ...FROM)
    assert.equal(gone.code, 1)
    assert.equal(readFileSync(file, 'utf8'), 'before')
    mkdirSync(join(directory, 'folder.csv'))
    for (const [out, words] of [
      ['folder.csv', /is a folder/],
      ['nowhere/x.csv', /cannot be written/],
    ] as const) {
      const { code, err } = await busbar(
        'export',
        '--data',
        directory,
        '--out',
        join(directory, out),
        ...FROM,
      )
      assert.equal(code, 1)
      assert.match(err, words)
    }
    assert.deepEqual(filesIn(directory).toSorted(), ['folder.csv', 'kept.csv'])
  })

  test('Ctrl-C ends it, and leaves nothing', async () => {
    using journal = new WrittenJournal().define('m1/voltage.a')
    for (let row = 0; row < 300; row++) {
      const time = DAY + row * 10_000_000
      journal.row(Array.from({ length: 10_000 }, (_, at) => ({ point: 0, time: time + at * 1000 })))
    }
    const { directory } = journal
    const file = join(directory, 'long.parquet')
    const words = ['export', '--data', directory, ...FROM, '--out', file]
    const child = spawn(process.execPath, [MAIN, ...words])
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const isWriting = (): boolean => filesIn(directory).some((name) => name.endsWith('.partial'))
    while (!isWriting()) await pause(5)
    await pause(100)
    child.kill('SIGINT')
    const [code, err] = await Promise.all([exit, text(child.stderr)])
    assert.deepEqual([code, err], [1, `busbar: interrupted; ${file} was not written\n`])
    assert.deepEqual(filesIn(directory), [])
  })

  test('is told what it needs', async () => {
    for (const [words, complaint] of [
      [['--data', 'x'], /--out is missing/],
      [['--data', 'x', '--out', 'x.txt'], /known format: csv and parquet are known/],
      [['--data', 'x', '--out', 'x', '--format', 'json'], /--format json/],
      [['--out', 'x.csv'], /reads from one place/],
      [['x', '--out', 'x.csv'], /takes options only/],
    ] as const) {
      const { code, err } = await busbar('export', ...words)
      assert.equal(code, 2, err)
      assert.match(err, complaint)
    }
  })

  test('a damaged row is left out and named', async () => {
    using journal = journalOf()
    const row = journal.row([{ point: 0, time: DAY + 2_000_000, value: 1 }])
    journal.database.prepare('UPDATE journal SET body = zeroblob(40) WHERE rowid = ?').run(row)
    const file = join(journal.directory, 'some.csv')
    const { code, out, err } = await busbar(
      'export',
      '--data',
      journal.directory,
      ...FROM,
      '--out',
      file,
      '--json',
    )
    assert.equal(code, 0)
    assert.equal((JSON.parse(out) as { damagedRows: number }).damagedRows, 1)
    assert.match(err, /1 journal rows are damaged; their readings are missing in /)
  })
})
