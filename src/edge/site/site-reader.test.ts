import assert from 'node:assert/strict'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSite } from './site-reader.ts'
import { loadSite } from './site.ts'

const examples = globSync('examples/*.yaml', { cwd: join(import.meta.dirname, '../../..') })

for (const example of examples) {
  test(`${example} comes out of the thread as it was read there`, async () => {
    const path = join(import.meta.dirname, '../../..', example)
    assert.deepEqual(await readSite(path), loadSite(path))
  })
}

test('what is wrong with a site file comes out of the thread word for word', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-site-'))
  const path = join(folder, 'site.yaml')
  writeFileSync(path, 'site: { id: s1 }\ndevices: 7\n')
  for (const wrong of [path, join(folder, 'none.yaml')]) {
    let expected: unknown
    try {
      loadSite(wrong)
    } catch (thrown) {
      expected = thrown
    }
    const { name, message, code, hint } = expected as Record<string, unknown>
    await assert.rejects(readSite(wrong), { name, message, code, hint })
  }
  rmSync(folder, { recursive: true })
})
