import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, globSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm test`: what can share two processors does. First the tests beside the code, half of the files in each of two processes; then, two at a time,
 * the suites whose outcome does not depend on how long anything takes; then, one at a time, those that measure, flood, or wait for
 * others. A suite that is not named here runs alone. What fails in one stage keeps no other from running. Exit code 1: a test failed.
 */
const root = join(import.meta.dirname, '..')
const UNIT = ['src/**/*.test.ts', 'kernel/**/*.test.ts', 'ui/**/*.test.ts']
const PATIENT = [
  'access',
  'access-scram',
  'bundle',
  'deploy-gatekeeper',
  'deploy-k3s',
  'deploy-manifests',
  'format',
  'format-*',
  'image',
  'kernel-modules',
  'mqtt-clients',
  'mqtt-conformance',
  'payloads-*',
  'pod-module',
  'policy',
  'processor-modules',
  'processor-tutorial',
  'store-*',
  'tidy',
  'transports-certificates',
  'users',
]
const suitesOf = (names: readonly string[]): readonly string[] =>
  globSync(
    names.map((name) => `test/${name}.test.ts`),
    { cwd: root },
  ).toSorted()

const patient = suitesOf(PATIENT)
const alone = suitesOf(['*']).filter((file) => !patient.includes(file))
const shards = [1, 2].map((shard) => ['--test-isolation=none', `--test-shard=${shard}/2`, ...UNIT])
/** Of each stage: what is run side by side. */
const stages: Readonly<Record<string, readonly (readonly string[])[]>> = {
  unit: shards,
  patient: [['--test-concurrency=2', ...patient]],
  alone: [['--test-concurrency=1', ...alone]],
}

const chosen = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'busbar-tests-'))
try {
  for (const [name, sideBySide] of Object.entries(stages)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue
    const startMs = performance.now()
    const codes = await Promise.all(sideBySide.map(runTests))
    process.stdout.write(`${name}: ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`)
    process.exitCode ||= codes.find((code) => code !== 0) ?? 0
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** The first is heard as it speaks; what another says is told when it has ended, so that two do not talk at once. */
async function runTests(words: readonly string[], place: number): Promise<number> {
  const path = join(folder, `${place}.log`)
  // A file, for a pipe ends only with the last who has inherited it.
  const file = place === 0 ? undefined : openSync(path, 'w')
  const child = spawn(process.execPath, ['--test', ...words], {
    cwd: root,
    stdio: ['ignore', file ?? 'inherit', file ?? 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (file !== undefined) {
    closeSync(file)
    process.stdout.write(readFileSync(path))
  }
  return code ?? 1
}
