import { importsOf } from './imports.ts'
import { type SourceFile, type Violation, isSource, isTest, violation } from './source-file.ts'

const ENTRIES = ['src/cli/main.ts', 'ui/main.ts', 'ui/centre/main.ts']
const ROOTS = ['bench/', 'kernel/', 'test/', 'tools/']

/**
 * Every source file is reached from the command line, a bench or a suite. A unit test beside the code does not keep it
 * alive: what only its own test uses is dead. Worker entries count through `new URL('./x.ts', import.meta.url)`.
 */
export function checkDeadFiles(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const isRoot = (path: string): boolean =>
    ENTRIES.includes(path) || ROOTS.some((folder) => path.startsWith(folder))
  const waiting = files.filter(({ path }) => isRoot(path) && path.endsWith('.ts'))
  const reached = new Set(waiting.map(({ path }) => path))
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const { target } of importsOf(file)) {
      const next = target === undefined ? undefined : byPath.get(target)
      if (next === undefined || reached.has(next.path) || !next.path.endsWith('.ts')) continue
      reached.add(next.path)
      waiting.push(next)
    }
  }
  return files
    .filter(({ path }) => isSource(path) || isConsole(path))
    .filter(({ path }) => !path.endsWith('.d.ts') && !reached.has(path))
    .map((file) => violation(file, 0, `nothing that runs imports this file; use it or remove it`))
}

function isConsole(path: string): boolean {
  return path.startsWith('ui/') && path.endsWith('.ts') && !isTest(path)
}
