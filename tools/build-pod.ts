import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compilePod } from '../src/kernel/compile.ts'

/** Compiles `power-data-processor` into var/, or the pod that is named: `npm run pod -- NAME`. */
const root = join(import.meta.dirname, '..')
const name = process.argv[2] ?? 'power-data-processor'
const bytes = await compilePod({ folder: root, entry: `kernel/pod/${name}.ts` })
mkdirSync(join(root, 'var'), { recursive: true })
writeFileSync(join(root, `var/${name}.wasm`), bytes)
console.log(`var/${name}.wasm ${bytes.length} bytes`)
