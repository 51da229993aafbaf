import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { type ConsoleFile, packageFiles, withAddresses } from './console-file.ts'

/**
 * Makes what browsers get out of `ui/` and ends. In a thread of its own, and only once somebody looks at the console: the type
 * stripper takes 40 MB, which end with the thread, and an edge that nobody looks at never pays for it.
 */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

// That stripping types from code is new is known, and nothing that an operator could do about.
process.removeAllListeners('warning')
const { root } = workerData as { readonly root: string }
const names = globSync('**/*.{html,css,svg,ts}', { cwd: join(root, 'ui') }).filter(
  (name) => !name.endsWith('.test.ts'),
)
const own = names.map((name) => fileOf(`/ui/${name}`, join(root, 'ui', name)))
const foreign = Object.values(packageFiles).map(({ path, file }) =>
  fileOf(path, join(root, 'node_modules', file)),
)
parentPort?.postMessage([...own, ...foreign])

function fileOf(path: string, file: string): ConsoleFile {
  const text = readFileSync(file, 'utf8')
  const code = path.endsWith('.ts') ? stripTypeScriptTypes(text) : text
  const body = Buffer.from(/\.[tj]s$/.test(path) ? withAddresses(code) : code)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { path, type: TYPES[extname(path)] ?? 'text/plain; charset=utf-8', body, etag }
}
