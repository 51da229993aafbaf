import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { OPERATING, RUNNING_EDGE } from './docs/circumstances.ts'
import { ROOT, isInstalled } from './docs/demo-under-test.ts'
import { checkWords } from './docs/known-words.ts'
import { noMachine, runOnMachine } from './docs/machine.ts'
import { readPage } from './docs/pages.ts'
import { blocksOf, needsMore, scriptOf } from './docs/typed-pages.ts'

/** Pages whose every block is typed on a machine, where it needs no other. */
const TYPED = [
  'docs/operating/doctor.md',
  'docs/alarms.md',
  'docs/data-residency.md',
  'docs/operating/upgrade.md',
]

/** Pages that another test types. */
const TYPED_BY: Readonly<Record<string, string>> = {
  'README.md': 'readme.test.ts',
  'docs/http.md': 'readme.test.ts',
  'docs/processor-tutorial.md': 'processor-tutorial.test.ts',
  'docs/tutorial/meter.md': 'docs-tutorials.test.ts',
  'docs/tutorial/policy.md': 'docs-tutorials.test.ts',
  'docs/tutorial/two-substations.md': 'docs-tutorials.test.ts',
}

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path}`)
    .filter((path) => path.endsWith('.md') && !path.includes('zh-CN')),
]

/** The program that runs on the machine is shut off from the network; what a page needs has to be there. */
async function reasonToSkip(...programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs)
    if (!(await isInstalled(program))) return `${program} is not installed`
  return (await noMachine()) || undefined
}

async function type(script: string): Promise<void> {
  const { code, said } = await runOnMachine(script)
  assert.equal(code, 0, said.slice(-3000))
}

test('what pages tell a person to type', { concurrency: true }, async (t) => {
  await Promise.all([
    t.test('docs/operating.md, from its first line to its last', async (step) => {
      const reason = await reasonToSkip('mosquitto_pub', 'curl', 'openssl', 'sqlite3')
      if (reason !== undefined) return step.skip(reason)
      return type(scriptOf(['docs/operating.md'], OPERATING))
    }),
    t.test(TYPED.join(', '), async (step) => {
      const reason = await reasonToSkip('mosquitto_pub', 'curl', 'openssl', 'opa')
      if (reason !== undefined) return step.skip(reason)
      return type(scriptOf(TYPED, RUNNING_EDGE))
    }),
  ])
})

test('every block is typed by a test, or needs another machine', () => {
  const typed = new Set(['docs/operating.md', ...TYPED, ...Object.keys(TYPED_BY)])
  for (const block of pages.flatMap(blocksOf))
    assert.ok(typed.has(block.page) || needsMore(block), `${block.page}:${block.line}`)
})

test('every command, option, script, file and address that a page names is there', () => {
  for (const page of pages) {
    for (const { text, line } of blocksOf(page)) checkWords(text, `${page}:${line}`)
    const prose = readPage(page).replace(/^ *```[^]*?^ *```$/gm, '')
    for (const [, code = ''] of prose.matchAll(/`((?:busbar|npm run|node tools|curl) [^`]+)`/g))
      checkWords(code, page)
  }
})

test('shellcheck finds nothing in the blocks', async (t) => {
  if (!(await isInstalled('shellcheck'))) return t.skip('shellcheck is not installed')
  for (const page of pages) {
    const input = blocksOf(page)
      .map(({ text }) => text)
      .join('\n')
    const words = ['-s', 'bash', '-S', 'warning', '-e', 'SC2046,SC2164,SC2034', '-']
    const { status, stdout } = spawnSync('shellcheck', words, { input, encoding: 'utf8' })
    assert.equal(status, 0, `${page}: ${stdout}`)
  }
})
