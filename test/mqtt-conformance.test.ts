import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'node:test'
import {
  type Statement,
  citedIds,
  faultsOf,
  readManifest,
  testNames,
} from './conformance/manifest.ts'
import { updatedPage } from './conformance/page.ts'

/** What is missing. It may only get shorter: whoever closes a gap takes it out here, nobody adds one. */
const GAPS: readonly string[] = []
/** The standard numbers so many: 247 in its chapters 1 to 4, 4 for WebSocket. */
const STATEMENTS = 251

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PAGE = `${ROOT}docs/mqtt.md`
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8')
const manifest = readManifest()

if (process.argv.includes('--update')) {
  writeFileSync(PAGE, updatedPage(read('docs/mqtt.md'), manifest))
}

describe('the manifest of MQTT 5.0', () => {
  test('has every numbered statement once, in order, with what its state asks for', () => {
    assert.deepEqual(faultsOf(manifest), [])
    assert.equal(manifest.length, STATEMENTS)
  })

  test('cites tests that are there, and files that are there', () => {
    const names = new Map<string, Set<string>>()
    for (const { id, tests = [], file } of manifest) {
      if (file !== undefined) assert.ok(existsSync(`${ROOT}${file}`), `${id}: ${file}`)
      for (const cited of tests) {
        const [path = '', ...rest] = cited.split(': ')
        assert.match(path, /\.test\.ts$/, id)
        if (!names.has(path)) names.set(path, testNames(read(path)))
        assert.ok(names.get(path)?.has(rest.join(': ')), `${id}: ${cited}`)
      }
    }
  })

  test('has every statement that the code cites', () => {
    const known = new Set(manifest.map(({ id }) => id))
    const files = globSync('src/mqtt/**/*.ts', { cwd: ROOT })
    assert.ok(files.length > 50)
    for (const path of files) {
      for (const id of citedIds(read(path))) assert.ok(known.has(id), `${path} cites ${id}`)
    }
  })

  test('has no other gaps than those we know of', () => {
    const gaps = manifest.filter(({ state }) => state === 'gap').map(({ id }) => id)
    assert.deepEqual(gaps, GAPS)
  })

  test('is what docs/mqtt.md says: npm run conformance writes it there', () => {
    assert.equal(read('docs/mqtt.md'), updatedPage(read('docs/mqtt.md'), manifest))
  })
})

describe('a manifest that is wrong is found to be', () => {
  const good: Statement = {
    id: 'MQTT-1.5.4-1',
    says: 'Strings are well-formed UTF-8.',
    state: 'held',
    tests: ['a.test.ts: b'],
  }
  const trials: readonly [what: string, statements: readonly Statement[], fault: string][] = [
    ['twice', [good, good], 'MQTT-1.5.4-1 is there twice or out of order'],
    ['out of order', [{ ...good, id: 'MQTT-1.5.10-1' }, good], 'MQTT-1.5.4-1 is there twice'],
    ['an id that is none', [{ ...good, id: 'MQTT-1.5-1' }], 'MQTT-1.5-1 is no id'],
    ['held by nothing', [{ ...good, tests: [] }], 'MQTT-1.5.4-1 is held by no test'],
    ['no reason', [{ ...good, state: 'gap' }], 'MQTT-1.5.4-1 gives no reason'],
    ['no words', [{ ...good, says: 'Yes.' }], 'MQTT-1.5.4-1 says nothing'],
  ]
  for (const [what, statements, fault] of trials) {
    test(what, () => {
      const [first = '', ...others] = faultsOf(statements)
      assert.ok(first.startsWith(fault), first)
      assert.deepEqual(others, [])
    })
  }

  test('names and citations are read from the source', () => {
    const source = `test('it\\'s', () => {})\n  test(\n    "two",\n  async () => {})\n// test('x', \n`
    assert.deepEqual([...testNames(source)], [`it\\'s`, 'two'])
    assert.deepEqual(citedIds('a [MQTT-3.3.1-9] b [MQTT-4.2-1], MQTT-5'), [
      'MQTT-3.3.1-9',
      'MQTT-4.2-1',
    ])
    assert.deepEqual(faultsOf([good]), [])
  })
})
