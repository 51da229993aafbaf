import { OPEN_ACCESS } from '../api/memory-edge.test.ts'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import type { EdgeView } from '../api/ports.ts'
import { startApi } from '../api/server.ts'
import { Micros } from '../core/time.ts'
import { WrittenJournal } from '../store/reader/written-journal.test.ts'
import { DAY, journalOf, serve } from './query/served-journal.test.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

interface Ending {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** `busbar query` in a process of its own, since it is about streams and exit codes. */
async function query(...words: readonly string[]): Promise<Ending> {
  const child = spawn(process.execPath, [MAIN, 'query', ...words])
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [code, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
  return { code, out, err }
}

describe('busbar query', () => {
  test('prints a table for people', async () => {
    using journal = journalOf()
    const { code, out, err } = await query(
      '--data',
      journal.directory,
      '--from',
      '2026-01-31T00:00:00Z',
    )
    assert.deepEqual([code, err], [0, ''])
    assert.deepEqual(out.split('\n'), [
      'device     quantity   time                          value  quality',
      'm1         voltage.a  2026-01-31T00:00:00.000Z     231.25  good',
      'meter "2"  voltage.a  2026-01-31T00:00:00.000001Z       -  invalid',
      'm1         current.a  2026-01-31T00:00:00.500Z         12  good',
      '',
    ])
  })

  test('reads the same from a folder and from an edge', async () => {
    using journal = journalOf()
    await using served = await serve(journal)
    const url = `127.0.0.1:${served.api.address.port}`
    for (const words of [
      ['--format', 'table', '--device', 'm1'],
      ['--format', 'csv', '--quantity', 'voltage.a', '--limit', '1'],
      ['--format', 'json'],
      ['--format', 'table', '--points'],
      ['--format', 'json', '--points', '--device', 'meter "2"'],
    ]) {
      const asked = ['--from', String(DAY / 1000), ...words]
      const folder = await query('--data', journal.directory, ...asked)
      assert.equal(folder.code, 0, folder.err)
      assert.deepEqual(await query('--url', url, ...asked), folder)
      assert.ok(folder.out.length > 20)
      if (words.includes('json')) JSON.parse(folder.out)
    }
  })

  test('an unknown name is told the near ones, an empty range is no mistake', async () => {
    using journal = journalOf()
    await using served = await serve(journal)
    for (const source of [
      ['--data', journal.directory],
      ['--url', `http://127.0.0.1:${served.api.address.port}/`],
    ]) {
      const device = await query(...source, '--device', 'm7')
      assert.deepEqual(device, {
        code: 1,
        out: '',
        err: 'busbar: m7: no device has that name. Is m1 meant?\n',
      })
      const quantity = await query(...source, '--device', 'm1', '--quantity', 'voltage')
      assert.match(quantity.err, /no quantity of m1 has that name\. Is voltage\.a meant\?/)
      const nothing = await query(...source, '--to', '2001-01-01T00:00:00Z', '--format', 'json')
      assert.deepEqual(nothing, {
        code: 0,
        out: '{"readings":[\n]}\n',
        err: 'busbar: no readings in this range\n',
      })
    }
  })

  test('says how many rows are damaged, from both', async () => {
    using journal = journalOf()
    journal.damage(journal.row([{ point: 0, time: DAY + 7 }]))
    await using served = await serve(journal)
    for (const source of [
      ['--data', journal.directory],
      ['--url', `127.0.0.1:${served.api.address.port}`],
    ]) {
      const { code, out, err } = await query(
        ...source,
        '--from',
        String(DAY / 1000),
        '--format',
        'csv',
      )
      assert.deepEqual([code, out.split('\n').length], [0, 5])
      assert.match(err, /1 journal rows are damaged/)
    }
  })

  test('ends when nobody reads any more', async () => {
    using journal = new WrittenJournal().define('m1/p')
    for (let row = 0; row < 20; row++) {
      journal.row(
        Array.from({ length: 16_000 }, (_, at) => ({ point: 0, time: DAY + row * 16_000 + at })),
      )
    }
    const words = ['query', '--data', journal.directory, '--from', String(DAY / 1000)]
    const child = spawn(process.execPath, [MAIN, ...words])
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.stdout.once('data', () => child.stdout.destroy())
    const [code, err] = await Promise.all([exit, text(child.stderr)])
    assert.deepEqual([code, err], [0, ''])
  })

  const mistakes: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [[], /reads from one place: --data DIR or --url URL/],
    [['--data', 'x', '--url', 'y'], /reads from one place/],
    [['--data', 'x', '--from', 'noon'], /--from noon: not a time/],
    [['--data', 'x', '--limit', 'all'], /--limit all: a whole number from 1 on/],
    [['--data', 'x', '--format', 'xml'], /--format xml: table, csv, json are known/],
    [['m1', '--data', 'x'], /m1: busbar query takes options only/],
  ]
  for (const [words, says] of mistakes) {
    test(`busbar query ${words.join(' ')} is a mistake of usage`, async () => {
      const { code, out, err } = await query(...words)
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, says)
    })
  }

  test('prints values of windows, from a folder and from an edge alike', async () => {
    using journal = journalOf()
    await using served = await serve(journal)
    const words = ['--from', '2026-01-31T00:00:00Z', '--step', '1d', '--aggregate', 'count']
    const format = ['--format', 'csv', '--quality', 'good']
    const folder = await query('--data', journal.directory, ...words, ...format)
    const url = `http://127.0.0.1:${served.api.address.port}`
    const edge = await query('--url', url, ...words, ...format)
    assert.deepEqual(folder, edge)
    assert.deepEqual(folder.out.split('\n').slice(1), [
      'm1,voltage.a,2026-01-31T00:00:00.000Z,1,good',
      'm1,current.a,2026-01-31T00:00:00.000Z,1,good',
      '',
    ])
  })

  test('prints the latest reading of each point, from a folder and from an edge alike', async () => {
    using journal = journalOf()
    await using served = await serve(journal)
    const folder = await query('--data', journal.directory, '--latest', '--format', 'csv')
    const url = `http://127.0.0.1:${served.api.address.port}`
    assert.deepEqual(await query('--url', url, '--latest', '--format', 'csv'), folder)
    assert.deepEqual(folder.out.split('\n').slice(1), [
      'm1,voltage.a,2026-01-31T00:00:00.000Z,231.25,good',
      'm1,current.a,2026-01-31T00:00:00.500Z,12,good',
      '"meter ""2""",voltage.a,2026-01-31T00:00:00.000001Z,,invalid',
      '',
    ])
  })

  test('an edge that is not there, and one that breaks off', async () => {
    using journal = journalOf()
    const served = await serve(journal)
    const url = `http://127.0.0.1:${served.api.address.port}`
    await served[Symbol.asyncDispose]()
    const { code, err } = await query('--url', url)
    assert.equal(code, 1)
    assert.match(err, /cannot be reached: ECONNREFUSED\. Is the edge running/)
    const broken = await fetchBroken()
    assert.match(broken.err, /broke off its answer: it is not complete/)
    assert.equal(broken.code, 1)
  })
})

/** An edge whose disk fails in the middle of an answer. */
async function fetchBroken(): Promise<Ending> {
  const view = {
    async *readingsText() {
      const line = { device: 'm1', quantity: 'p', time: '2026-01-31T00:00:00.000Z', value: 1 }
      const text = `{"readings":[\n${JSON.stringify({ ...line, quality: 'good' })}`
      yield { bytes: Buffer.from(text), damagedRows: 0 }
      throw new Error('disk')
    },
  } as unknown as EdgeView
  const api = await startApi({
    address: { host: '127.0.0.1', port: 0 },
    view,
    access: OPEN_ACCESS,
    border: { passage: () => undefined },
    now: () => Micros(DAY),
  })
  const ending = await query('--url', `127.0.0.1:${api.address.port}`)
  await api.stop()
  return ending
}
