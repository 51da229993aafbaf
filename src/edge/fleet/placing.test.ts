import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { Places } from './places.ts'
import { Placing, keptNow } from './placing.ts'
import { type Held, SetStore } from './set-store.ts'

class Ended extends Error {}

/** Ends as if the process did, when so many files have been written. */
class Ending extends Places {
  #left = Infinity

  endAfter(files: number): void {
    this.#left = files
  }

  override put(...words: Parameters<Places['put']>): void {
    if (this.#left-- <= 0) throw new Ended()
    super.put(...words)
  }
}

interface Stand {
  readonly places: Ending
  readonly begin: () => void
  /** As another process finds it. */
  readonly restart: () => Placing
  readonly files: () => readonly string[]
  readonly store: () => SetStore
}

const BEFORE = ['site 1', 'policy 1', 'none']
const AFTER = ['site 2', 'policy 2', 'module']
const BASELINE = { problems: [], hadReadings: false, p99Seconds: 0, needsLink: false }

function stand(t: TestContext): Stand {
  const folder = mkdtempSync(join(tmpdir(), 'placing-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const data = join(folder, 'data')
  mkdirSync(data)
  writeFileSync(join(folder, 'site.yaml'), 'site 1')
  writeFileSync(join(folder, 'p.tar.gz'), 'policy 1')
  const paths = ['site.yaml', 'p.tar.gz', 'data/processors/m.json'].map((each) =>
    join(folder, each),
  )
  const places = new Ending(join(folder, 'site.yaml'), data)
  const store = (): SetStore => new SetStore(data)
  return {
    places,
    store,
    begin: () => {
      const own = store()
      const of = (text: string): string => own.keep(Buffer.from(text))
      const files: Held['files'] = [
        { place: 'site-file', name: '', sha256: of('site 2') },
        { place: 'beside', name: 'p.tar.gz', sha256: of('policy 2') },
        { place: 'processor', name: 'm', sha256: of('module') },
      ]
      const held = { digest: 'd', revision: 5, files }
      const back = keptNow(held, { store: own, places })
      new Placing(own, places).begin({ held, back, watchSeconds: 1, baseline: BASELINE })
    },
    restart: () => {
      places.endAfter(Infinity)
      const placing = new Placing(store(), places)
      placing.started()
      return placing
    },
    files: () =>
      paths.map((path) => {
        try {
          return readFileSync(path, 'utf8')
        } catch {
          return 'none'
        }
      }),
  }
}

test('wherever a process ends, the next one brings a set to its place, and back', (t) => {
  for (let files = 0; files < 3; files++) {
    const { places, begin, restart, files: now, store } = stand(t)
    places.endAfter(files)
    assert.throws(begin, Ended)
    const placing = restart()
    assert.deepEqual(now(), AFTER)
    assert.equal(store().state.trial?.step, 'watching')
    places.endAfter(files)
    assert.throws(() => placing.withdraw('it is bad'), Ended)
    restart()
    assert.deepEqual(now(), BEFORE)
    const { trial, last, floor } = store().state
    assert.deepEqual(
      [trial, last?.outcome, last?.reason, floor],
      [null, 'rolled-back', 'it is bad', 5],
    )
  }
})

test('a set with which the edge starts again and again is taken back', (t) => {
  const { begin, restart, files, store } = stand(t)
  begin()
  for (let start = 0; start < limits.trialStarts; start++) restart()
  assert.deepEqual(files(), AFTER)
  restart()
  assert.deepEqual(files(), BEFORE)
  assert.match(store().state.last?.reason ?? '', /started 4 times/)
})

test('what was good goes back to what was there before, once', (t) => {
  const { begin, restart, files, store } = stand(t)
  begin()
  restart().accept()
  assert.equal(store().state.good?.revision, 5)
  const placing = restart()
  assert.ok(placing.takeBack('asked'))
  assert.deepEqual(files(), BEFORE)
  assert.ok(!restart().takeBack('asked'))
  assert.deepEqual(files(), BEFORE)
})
