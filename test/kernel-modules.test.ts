import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileProcessor } from '../src/kernel/compile.ts'
import { checkModule } from '../src/kernel/module-check.ts'

const root = join(import.meta.dirname, '..')
const names = readdirSync(join(root, 'kernel/modules')).map((file) => file.replace('.wasm', ''))

for (const name of names) {
  test(`kernel/modules/${name}.wasm is what its sources compile to, and may run`, async () => {
    const entry = `kernel/${name}/module.ts`
    const made = await compileProcessor({ folder: root, entry, sdk: 'kernel/sdk' })
    const kept = new Uint8Array(readFileSync(join(root, `kernel/modules/${name}.wasm`)))
    assert.ok(Buffer.from(kept).equals(made), 'run npm run kernel and commit what it makes')
    checkModule(kept, name)
  })
}
