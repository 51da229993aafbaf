import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileProcessor } from '../src/kernel/compile.ts'

const NOT_PROCESSORS = ['sdk', 'modules', 'pod']

/** Compiles the processors of the repository, or those named, into kernel/modules: `npm run kernel -- power-quality`. */
const root = join(import.meta.dirname, '..')
const named = process.argv.slice(2)
const all = readdirSync(join(root, 'kernel'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !NOT_PROCESSORS.includes(entry.name))
  .map(({ name }) => name)

for (const name of named.length > 0 ? named : all) {
  const entry = `kernel/${name}/module.ts`
  const bytes = await compileProcessor({ folder: root, entry, sdk: 'kernel/sdk' })
  writeFileSync(join(root, `kernel/modules/${name}.wasm`), bytes)
  console.log(`${name} ${bytes.length} bytes`)
}
