import { importsOf } from './imports.ts'
import { type SourceFile, type Violation, isTest, violation } from './source-file.ts'

/** Which parts a part may import besides itself; `*` is every part. They meet in the compositions only. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  mqtt: ['core'],
  payload: ['core'],
  kernel: ['core'],
  alarms: ['core'],
  notify: ['core'],
  store: ['core'],
  policy: ['core'],
  uplink: ['core'],
  users: ['core'],
  fleet: ['core'],
  api: ['core'],
  simulator: ['core'],
  edge: ['*'],
  centre: ['*'],
  cli: ['*'],
}

/** Outside of src: our version, what a processor and its host agree on, and the folder itself. */
const OPEN_TO_ALL = ['package.json', 'kernel/sdk/layout.ts', './']

/** Builtins that compute and nothing else: no socket, file, clock, thread or process behind them. */
const PURE = ['buffer', 'crypto', 'events', 'path', 'stream', 'url', 'util', 'zlib']
const PURE_IN_CORE = ['buffer', 'crypto', 'util']

/** The rim: which builtins that touch the world are open to which folder. The longest prefix decides. */
const RIM: Readonly<Record<string, readonly string[]>> = {
  'src/mqtt/transport/': ['net', 'tls', 'http', 'https', 'timers'],
  'src/store/': ['fs', 'fs/promises', 'os', 'sqlite', 'timers', 'worker_threads', 'perf_hooks'],
  'src/kernel/': ['fs', 'fs/promises'],
  'src/policy/bundle/': ['fs'],
  'src/policy/log/': ['fs', 'sqlite'],
  'src/policy/thread/': ['worker_threads', 'timers'],
  'src/api/console/': ['fs', 'module', 'worker_threads'],
  'src/api/': ['http', 'https', 'net', 'tls', 'fs', 'fs/promises', 'timers'],
  'src/simulator/': ['*'],
  'src/edge/': ['*'],
  'src/centre/': ['*'],
  'src/cli/': ['*'],
}

/** Only a file of a part that may; tests beside the code keep to the parts, but may use any builtin. */
export function checkLayers(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = []
  for (const file of files) {
    if (file.path.startsWith('ui/') && file.path.endsWith('.ts')) {
      violations.push(...consoleFaults(file))
      continue
    }
    if (!file.path.startsWith('src/') || !file.path.endsWith('.ts')) continue
    const part = partOf(file.path)
    if (part === undefined || !Object.hasOwn(PARTS, part)) {
      violations.push(violation(file, 0, `${file.path} is in no part of the layer table`))
      continue
    }
    for (const { specifier, target, offset } of importsOf(file)) {
      const wrong =
        target === undefined ? builtinFault(file.path, specifier) : partFault(part, target)
      if (wrong !== undefined) violations.push(violation(file, offset, wrong))
    }
  }
  return violations
}

/** A browser has neither the edge's code nor Node.js: of the edge only the types of what HTTP answers. */
function consoleFaults(file: SourceFile): Violation[] {
  const wrong = importsOf(file).filter(({ target, specifier }) =>
    target === undefined
      ? specifier.startsWith('node:') && !isTest(file.path)
      : !target.startsWith('ui/') && target !== 'src/api/ports.ts',
  )
  return wrong.map(({ specifier, offset }) =>
    violation(file, offset, `ui imports ${specifier}; a browser cannot load it`),
  )
}

function partOf(path: string): string | undefined {
  return /^src\/([a-z]+)\//.exec(path)?.[1]
}

function partFault(part: string, target: string): string | undefined {
  const open = PARTS[part] ?? []
  const other = partOf(target)
  if (other === part || open.includes('*')) return undefined
  if (other === undefined) {
    return OPEN_TO_ALL.includes(target) ? undefined : `${part} imports ${target}, outside of src`
  }
  if (open.includes(other)) return undefined
  return `${part} imports ${other}; declare a port in src/${part} and pass the neighbour in from edge or centre`
}

function builtinFault(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith('node:') || isTest(path)) return undefined
  const name = specifier.slice('node:'.length)
  const pure = path.startsWith('src/core/') ? PURE_IN_CORE : PURE
  if (pure.includes(name)) return undefined
  const rim = Object.entries(RIM).find(([folder]) => path.startsWith(folder))?.[1] ?? []
  const testsOnly = name === 'test' || name === 'assert' || name === 'assert/strict'
  if (!testsOnly && (rim.includes('*') || rim.includes(name))) return undefined
  return `${specifier} is not open to this folder; sockets, files, clocks and threads stay at the rim`
}
