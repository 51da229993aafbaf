import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SHIPPED_FOLDER, buildBundle, runOpa } from '../src/cli/policy/opa.ts'
import { sha256, unsignedPolicy } from '../src/policy/bundle/bundle.ts'

// Compiles policy/*.rego into what is checked in beside them. The digests tell whether the two belong together.

const folder = mkdtempSync(join(tmpdir(), 'busbar-policy-'))
try {
  const out = join(folder, 'bundle.tar.gz')
  buildBundle({ folder: SHIPPED_FOLDER, sources: ['.'], out })
  const { wasm } = unsignedPolicy(out)
  const sources = readdirSync(SHIPPED_FOLDER)
    .filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'))
    .sort()
    .map((name) => [name, sha256(readFileSync(join(SHIPPED_FOLDER, name)))])
  const opa = /^Version: (\S+)$/m.exec(runOpa(['version'], folder))?.[1] ?? ''
  const manifest = { opa, wasm: sha256(wasm), sources: Object.fromEntries(sources) }
  writeFileSync(join(SHIPPED_FOLDER, 'policy.wasm'), wasm)
  writeFileSync(join(SHIPPED_FOLDER, 'policy.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  process.stdout.write(`policy.wasm: ${wasm.length} bytes, ${manifest.wasm}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
