import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join, posix } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { type ConsoleFile, packageFiles, withAddresses } from './console-file.ts'

/**
 * Makes what browsers get out of `ui/` and ends: only once somebody looks at the console, and beside the thread that serves. The type
 * stripper takes half a second and 30 MB that the process keeps, so what it made is kept as well; the warm-up of a version has done it
 * before any edge runs.
 */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

const IMPORTED = /\b(?:from|import)\s*['"]([./][^'"]*)['"]/g

// That stripping types from code is new is known, and nothing that an operator could do about.
process.removeAllListeners('warning')
const { root } = workerData as { readonly root: string }
const kept = join(root, 'node_modules/.cache/busbar-console')
// In a bundle it has been done.
const isDone = existsSync(join(root, 'ui/packages'))
const names = globSync('**/*.{html,css,svg,ts,js}', { cwd: join(root, 'ui') }).filter(
  (name) => !name.endsWith('.test.ts'),
)
const packages = isDone ? [] : Object.values(packageFiles)
const foreign = packages.map(({ path, file }) => fileOf(path, join(root, 'node_modules', file)))
const own = names.map((name) => fileOf(`/ui/${name}`, join(root, 'ui', name)))
const made = [...own, ...foreign]
parentPort?.postMessage(isDone ? made : made.map(withModules))

function fileOf(path: string, file: string): ConsoleFile {
  const text = readFileSync(file, 'utf8')
  const isTyped = path.endsWith('.ts') && !isDone
  const code = isTyped ? stripped(text) : text
  return consoleFile(path, /\.[tj]s$/.test(path) ? withAddresses(code) : code)
}

function consoleFile(path: string, text: string): ConsoleFile {
  const body = Buffer.from(text)
  const etag = `"${digest(body)}"`
  const type = TYPES[extname(path)] ?? 'text/plain; charset=utf-8'
  return { path, type, body, gzip: gzipSync(body), etag }
}

/** A page names its modules, or a browser would find them one import after another. */
function withModules(file: ConsoleFile): ConsoleFile {
  const text = Buffer.from(file.body).toString()
  const [, entry] = /<script type="module" src="([^"]+)"/.exec(text) ?? []
  if (!file.path.endsWith('.html') || entry === undefined) return file
  const links = [...importedFrom(entry)].map(
    (path) => `<link rel="modulepreload" href="${path}" />`,
  )
  return consoleFile(file.path, text.replace('</head>', `${links.join('\n')}\n</head>`))
}

/** A module and all that it imports, and those again. */
function importedFrom(path: string, found = new Set<string>()): ReadonlySet<string> {
  const file = made.find((each) => each.path === path)
  if (file === undefined || found.has(path)) return found
  found.add(path)
  for (const [, name = ''] of Buffer.from(file.body).toString().matchAll(IMPORTED))
    importedFrom(posix.resolve(posix.dirname(path), name), found)
  return found
}

/** Under the digest of what it was made of, so that nothing has to be thrown away. Where nothing can be kept all works without. */
function stripped(text: string): string {
  const file = join(kept, `${digest(text)}.js`)
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const code = stripTypeScriptTypes(text)
    keep(file, code)
    return code
  }
}

function keep(file: string, code: string): void {
  try {
    mkdirSync(kept, { recursive: true })
    writeFileSync(`${file}.${process.pid}`, code)
    renameSync(`${file}.${process.pid}`, file)
  } catch {
    // A folder that cannot be written to: the next start makes it again.
  }
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22)
}
