import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** One file of ours that is not in the cache brings in the type stripper, and an edge past its memory. */
test('after the warm-up an edge under the demo strips no types', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-warm-up-'))
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache') }
  try {
    execFileSync(process.execPath, [join(ROOT, 'tools/warm-up.ts'), '--version'], { env })
    const site = join(ROOT, 'examples/open.yaml')
    const words = `--site ${site} --data ${join(folder, 'data')} --mqtt 127.0.0.1:0 --http 127.0.0.1:0`
    const leash = join(ROOT, 'src/cli/demo/leash.ts')
    const edge = spawn(
      process.execPath,
      ['--import', leash, join(ROOT, 'src/cli/main.ts'), 'edge', ...words.split(' ')],
      { env: { ...env, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }, stdio: ['pipe', 'pipe', 'pipe'] },
    )
    let log = ''
    edge.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
    edge.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()))
    const closed = once(edge, 'close')
    const patience = setTimeout(() => edge.kill('SIGKILL'), 30_000)
    while (!log.includes('ready mqtt=') && edge.exitCode === null && edge.signalCode === null) {
      await Promise.race([once(edge.stdout, 'data'), closed])
    }
    edge.kill('SIGTERM')
    assert.deepEqual(await closed, [0, null])
    clearTimeout(patience)
    const lines = log.split('\n').filter((line) => line.includes('StrippedTypeScript'))
    const retrieved = lines.filter((line) => /retrieving transpile cache .*success/.test(line))
    assert.ok(retrieved.length > 100, `${retrieved.length} files came from the cache`)
    assert.deepEqual(
      lines.filter((line) => /writing cache/.test(line) && !/skip/.test(line)),
      [],
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
