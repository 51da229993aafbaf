import { globSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/**
 * Loads what an edge loads, so that the compile cache that NODE_COMPILE_CACHE names holds all of it: one file that is missing
 * brings in the type stripper, which takes 40 MB and half a second. `main.ts` runs the command line that this is given, so it
 * is given `--version`. The console's files are made for the same reason. The demo's leash comes last, for it ends a process whose
 * standard input is closed.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const entries = [
  'src/cli/*.ts',
  'src/**/*-thread.ts',
  'src/**/*-worker.ts',
  'src/edge/edge.ts',
  'src/edge/uplink/station.ts',
  'src/edge/fleet/open-fleet.ts',
  'src/centre/database/*.ts',
  'src/api/server.ts',
]
const paths = globSync(entries, { cwd: root }).filter((path) => !path.endsWith('.test.ts'))
await new Promise((resolve) => {
  const thread = new Worker(join(root, 'src/api/console/strip-thread.ts'), { workerData: { root } })
  thread.once('error', resolve).once('exit', resolve)
})
for (const path of [...paths, 'src/cli/demo/leash.ts'])
  await import(join(root, path)).catch(() => {})
flushCompileCache()
process.exit()
