import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Plugin, rolldown } from 'rolldown'
import { type ConsoleFile, packageFiles } from '../src/api/console/console-file.ts'
import { inventory, npmPurl } from './bundle/inventory.ts'
import { licences, packagesOf } from './bundle/packages.ts'

/**
 * Puts the program into `dist/`, or the folder that is named: a few files of JavaScript without types, the packages that it imports inside
 * them, and beside them what it reads. It runs where it lies, without `npm ci`. The same sources give the same bytes.
 */
const root = join(import.meta.dirname, '..')
const dist = resolve(process.argv[2] ?? join(root, 'dist'))
const MAIN = join(root, 'src/cli/main.ts')
/** As deep as `src/core`, see `program-folder.ts`. */
const CODE = 'lib/busbar'
/** How a thread or a process of our own is started. */
const ADDRESS = /new URL\('(\.[^']*)\.ts', import\.meta\.url\)/g
/** What is read at run time. The compiler of processors stays behind. */
const DATA = [
  'LICENSE',
  'bin/busbar',
  'examples',
  'kernel/modules',
  'kernel/sdk',
  'kernel/template',
  'kernel/*/manifest.json',
  'policy/*.{wasm,json,rego}',
]

rmSync(dist, { recursive: true, force: true })
const modules = await bundle()
for (const path of globSync(DATA, { cwd: root })) {
  const filter = (from: string): boolean => !/[._]test\.(ts|rego)$/.test(from)
  cpSync(join(root, path), join(dist, path), { recursive: true, filter })
}
for (const file of globSync('node_modules/@electric-sql/pglite/dist/*.{wasm,data}', { cwd: root }))
  cpSync(join(root, file), join(dist, CODE, basename(file)))
// An extension of it looks one folder up from the code that names it.
cpSync(
  join(root, 'node_modules/@electric-sql/pglite/dist/pg_trgm.tar.gz'),
  join(dist, dirname(CODE), 'pg_trgm.tar.gz'),
)
for (const { path, body } of await consoleFiles()) write(path, body)
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly name: string
  readonly version: string
}
write('package.json', `${JSON.stringify({ name, version, type: 'module' })}\n`)
const shown = Object.values(packageFiles).map(({ file }) => join(root, 'node_modules', file))
const packages = packagesOf([...modules, ...shown])
write('licences.txt', licences(packages))
const parts = packages.map((each) => ({ ...each, purl: npmPurl(each.name, each.version) }))
write('sbom.cdx.json', inventory({ name, version }, parts))
process.stdout.write(`${dist}: busbar ${version}, ${packages.length} packages inside\n`)

/** The files that went into it. */
async function bundle(): Promise<readonly string[]> {
  const build = await rolldown({
    input: MAIN,
    platform: 'node',
    external: ['assemblyscript/asc'],
    plugins: [entriesByAddress()],
    onLog: (_level, { code, message }) => {
      // Libraries call eval where they know why.
      if (code !== 'EVAL') throw new Error(message)
    },
  })
  const { output } = await build.write({
    dir: join(dist, CODE),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // V8 keeps the text of what it runs, and takes two bytes a character where one is not of ASCII. Names stay, for whoever reads a stack.
    charset: 'ascii',
    comments: false,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    // Node.js keeps to itself what packages call that is to go one day, and knows them by their folder.
    // What others import as well lies apart, or every edge would load all of MQTT.js for it.
    codeSplitting: {
      groups: [
        { name: 'shared', test: /node_modules\/rfdc\//, priority: 1 },
        { name: 'node_modules/mqtt', test: /node_modules\/mqtt\// },
      ],
    },
  })
  await build.close()
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
}

/** What is started by its address becomes an entry under the name of its file; all lie beside each other. */
function entriesByAddress(): Plugin {
  return {
    name: 'entries-by-address',
    transform(code, id) {
      if (!id.startsWith(join(root, 'src/'))) return undefined
      return code.replace(ADDRESS, (_whole, path: string) => {
        const entry = join(dirname(id), `${path}.ts`)
        const fileName = `${basename(path)}.js`
        if (entry !== MAIN) this.emitFile({ type: 'chunk', id: entry, fileName })
        return `new URL('./${fileName}', import.meta.url)`
      })
    },
  }
}

/** As an edge makes them itself at the first look at the console. */
async function consoleFiles(): Promise<readonly ConsoleFile[]> {
  const entry = join(root, 'src/api/console/strip-thread.ts')
  const thread = new Worker(entry, { workerData: { root } })
  const { promise, resolve: done, reject } = Promise.withResolvers<readonly ConsoleFile[]>()
  thread.once('message', done).once('error', reject)
  return promise
}

function write(path: string, body: string | Uint8Array): void {
  const file = join(dist, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, body)
}
