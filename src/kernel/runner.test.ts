import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../core/limits.ts'
import { loadBuiltIn } from './built-in.ts'
import { checkModule } from './module-check.ts'
import {
  type JournalRow,
  type JournalSource,
  type ProcessorRecord,
  type ResultStore,
  Runner,
  type Tick,
} from './runner.ts'
import type { Loaded } from './running.ts'
import type { NumberedSubject } from './site-book.ts'

const { manifest, bytes } = await loadBuiltIn('template')
const loaded: Loaded = {
  ...manifest,
  digest: 'a',
  module: checkModule(bytes, manifest.name),
  settings: { limitW: 1000 },
}

/** A store that outlives runners, as the file does; and a journal that grows row by row. */
class Memory implements JournalSource, ResultStore {
  readonly rows: JournalRow[] = []
  readonly #subjects: NumberedSubject[] = []
  readonly #ticks: Tick[] = []
  #processors: readonly ProcessorRecord[] = []
  readonly found: string[] = []

  add(point: number, value: number): void {
    const number = this.rows.length + 1
    const columns = {
      points: Uint32Array.of(point),
      times: Float64Array.of(number * 1e6),
      values: Float64Array.of(value),
      qualities: Uint16Array.of(0),
    }
    this.rows.push({ number, columns })
  }

  get first(): number | undefined {
    return this.rows[0]?.number
  }

  get last(): number {
    return this.rows.at(-1)?.number ?? 0
  }

  after(number: number, rows: number): JournalRow[] {
    return this.rows.filter((row) => row.number > number).slice(0, rows)
  }

  points(first: number, last: number) {
    const points = []
    for (let number = first; number <= last; number++)
      points.push({ number, device: `m${number}`, quantity: 'power.active', unit: 'W' })
    return points
  }

  subjects() {
    return this.#subjects
  }

  processors() {
    return this.#processors
  }

  ticks(after: number) {
    return this.#ticks.filter(({ time }) => time > after)
  }

  commit({ subjects, ticks, found, processors }: Parameters<ResultStore['commit']>[0]): number {
    this.#subjects.push(...subjects)
    this.#ticks.push(...ticks)
    for (const { results } of found)
      for (const { subject, time, end, value } of results)
        this.found.push(`${subject} ${time} ${end} ${value}`)
    const before = new Map(this.#processors.map(({ name, snapshot }) => [name, snapshot]))
    const after = new Map(this.#processors.map((record) => [record.name, record]))
    for (const record of processors) {
      after.set(record.name, { ...record, snapshot: record.snapshot ?? before.get(record.name) })
    }
    this.#processors = [...after.values()]
    return this.found.length
  }
}

function runnerOn(
  memory: Memory,
  modules: readonly Loaded[] = [loaded],
  banned: ReadonlyMap<string, string> = new Map(),
): Runner {
  return new Runner({
    journal: memory,
    store: memory,
    site: { entry: {}, subjects: [] },
    loaded: modules,
    banned,
    watch: { begin() {}, end() {} },
    stopwatch: () => 0,
  })
}

test('killed at any place, a runner finds what it would have found, once', () => {
  const loads = [500, 1500, 1800, 900, 2000, 100, 3000, 50]
  const whole = new Memory()
  for (const [at, value] of loads.entries()) whole.add(at % 2, value)
  const first = runnerOn(whole)
  while (first.step().isBehind);
  assert.equal(whole.found.length, 5)
  for (let killedAfter = 1; killedAfter < loads.length; killedAfter++) {
    const memory = new Memory()
    let runner = runnerOn(memory)
    for (const [at, value] of loads.entries()) {
      memory.add(at % 2, value)
      runner.step()
      runner.tick((at + 1) * 10)
      if (at % 3 === 0) runner.save()
      if (at + 1 === killedAfter) runner = runnerOn(memory)
    }
    runner.step()
    assert.deepEqual(memory.found, whole.found, `killed after ${killedAfter}`)
  }
})

test('a processor that is stopped stays so, and the others go on', () => {
  const memory = new Memory()
  const other = { ...loaded, name: 'other', digest: 'o' }
  const runner = runnerOn(memory, [loaded, other])
  memory.add(0, 1500)
  runner.step()
  const without = runnerOn(memory, [loaded, other], new Map([['o', 'it span']]))
  memory.add(0, 10)
  without.step()
  assert.equal(memory.found.length, 3)
  const again = runnerOn(memory, [loaded, other])
  assert.deepEqual(
    [...again.stopped].map(({ name, fault }) => [name, fault]),
    [['other', 'it span']],
  )
  const mended = runnerOn(memory, [loaded, { ...other, digest: 'b' }])
  mended.step()
  assert.deepEqual([...mended.stopped], [])
})

test('a new version runs in the shadow first, then takes the place; no result is missed or comes twice', () => {
  const memory = new Memory()
  const runner = runnerOn(memory)
  const loads = Array.from({ length: 3 * limits.shadowRows }, (_, at) => (at % 4 === 0 ? 2000 : 10))
  for (const [at, value] of loads.entries()) {
    memory.add(0, value)
    runner.step()
    if (at === 50) runner.update([{ ...loaded, version: '2.0.0', digest: 'b' }])
    if (at === 100) assert.equal(runner.comparison(loaded.name)?.onlyNew, 0)
  }
  assert.equal([...runner.running][0]?.loaded.version, '2.0.0')
  assert.equal(memory.processors()[0]?.digest, 'b')
  const whole = new Memory()
  for (const value of loads) whole.add(0, value)
  const plain = runnerOn(whole)
  while (plain.step().isBehind);
  assert.deepEqual(memory.found, whole.found)
})

test('a new version that cannot run is refused, and the one before goes on', () => {
  const memory = new Memory()
  const runner = runnerOn(memory)
  memory.add(0, 2000)
  runner.step()
  runner.update([{ ...loaded, version: '2.0.0', digest: 'b', settings: { limitW: -1 } }])
  memory.add(0, 10)
  runner.step()
  assert.match(runner.refused.get(loaded.name) ?? '', /^2.0.0: .*limitW has to be above 0/)
  assert.equal(memory.found.length, 2)
})

test('one that is new takes in what the journal still has, and holds nobody up', () => {
  const memory = new Memory()
  const runner = runnerOn(memory)
  for (let at = 0; at < 40; at++) memory.add(0, at % 2 === 0 ? 2000 : 10)
  while (runner.step().isBehind);
  const before = memory.found.length
  runner.update([loaded, { ...loaded, name: 'other' }])
  memory.add(0, 2000)
  runner.step()
  assert.equal(memory.found.length - before, 1 + limits.processorRows)
  while (runner.step().isBehind);
  assert.equal(memory.found.length, 2 * (before + 1))
})

test('a journal that lost its end goes on under numbers that a processor has seen: it takes them in', () => {
  const memory = new Memory()
  const runner = runnerOn(memory)
  for (let at = 0; at < 6; at++) memory.add(0, 10)
  runner.step()
  runner.save()
  memory.rows.length = 3
  const again = runnerOn(memory)
  memory.add(0, 2000)
  again.step()
  assert.equal(memory.found.length, 1)
})
