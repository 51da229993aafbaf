import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { withScratch } from './crash/scratch.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { runIn } from './processors/run-in.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../docs/processor-tutorial.md'), 'utf8')

/** What a person is told to type, line by line, and what the page promises to come of it. */
function stepsOf(page: string): { readonly line: string; readonly output: string }[] {
  const fences = page.matchAll(/^```sh\n([\s\S]*?)^```\n(?:\s*^```text\n([\s\S]*?)^```)?/gm)
  return [...fences].map(([, line = '', output = '']) => ({ line: line.trim(), output }))
}

test('docs/processor-tutorial.md, from an empty folder to a module that runs', async () => {
  await withScratch('tutorial', async (folder) => {
    const site = /^```yaml\n([\s\S]*?)^```/m.exec(PAGE)?.[1] ?? ''
    let edge: TestedEdge | undefined
    try {
      for (const { line, output } of stepsOf(PAGE)) {
        if (line.startsWith('busbar edge')) {
          const key = readFileSync(join(folder, 'public.txt'), 'utf8').trim()
          edge = await TestedEdge.start(site.replace(/MCow[\w+/=]+/, key))
          continue
        }
        const { code, said } = await runIn(folder, line, edge)
        assert.equal(code, 0, `${line}\n${said}`)
        for (const promised of output.split('\n').filter((each) => each !== ''))
          assert.ok(said.includes(promised), `${line}\n${said}\nis not\n${promised}`)
      }
      assert.ok(edge !== undefined, 'the page starts an edge')
    } finally {
      await edge?.[Symbol.asyncDispose]()
    }
  })
})
