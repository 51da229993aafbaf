import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import type * as Compiler from 'assemblyscript/asc'
import { GridError, errorCode } from '../core/errors.ts'
import { limits } from '../core/limits.ts'

export interface Sources {
  /** Everything that is compiled lies in it. */
  readonly folder: string
  /** Of the module and of the SDK, within the folder. */
  readonly entry: string
  readonly sdk: string
}

/**
 * Compiles AssemblyScript to a module that imports nothing. The same sources give the same bytes.
 * @throws GridError `input` with what the compiler says, `not-found` where the compiler is not installed.
 */
export function compileProcessor({ folder, entry, sdk }: Sources): Promise<Uint8Array> {
  return compile(entry, (path) => readSource(join(folder, path)), {
    use: `abort=${sdk}/trap/trap`,
    maximumMemory: String(limits.processorPages),
  })
}

/** Compiles a pod: a program of WASI that links processors. Its folder has `abort.ts`, and what `wasi.ts` declares it imports. */
export function compilePod({ folder, entry }: Omit<Sources, 'sdk'>): Promise<Uint8Array> {
  const pod = posix.dirname(entry)
  const read = (path: string): string | null => {
    const text = readSource(join(folder, path))
    return path === `${pod}/wasi.ts` ? (text?.replaceAll(DECLARED, IMPORTED) ?? null) : text
  }
  return compile(entry, read, {
    use: `abort=${pod}/abort/abort`,
    exportStart: '_start',
    maximumMemory: String(limits.podPages),
  })
}

/** The decorator that names the module of an import is not TypeScript that formatter and linter read, so it is put there here. */
const DECLARED = /^export declare function (\w+)/gm
const IMPORTED = '@external("wasi_snapshot_preview1", "$1")\nexport declare function $1'

type ReadSource = (path: string) => string | null

async function compile(
  entry: string,
  read: ReadSource,
  own: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const { main } = await loadCompiler()
  let module: Uint8Array | undefined
  const flags = { outFile: 'module.wasm', optimizeLevel: '3', runtime: 'minimal', ...own }
  const options = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
  let said = ''
  const { error } = await main([entry, ...options], {
    stderr: {
      write: (text) => {
        said += String(text)
      },
    },
    readFile: (name, base) => read(posix.join(base, name)),
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') module = contents
    },
    listFiles: () => [],
  })
  if (error === null && module !== undefined) return module
  throw new GridError('input', `compiling ${entry}:\n${said.trim()}`, {
    hint: 'The language is AssemblyScript; docs/processors.md says what differs from TypeScript.',
  })
}

async function loadCompiler(): Promise<typeof Compiler> {
  try {
    return await import('assemblyscript/asc')
  } catch (cause) {
    if (errorCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new GridError('not-found', 'the compiler of AssemblyScript is not installed', {
      hint: 'Build where busbar was installed with its development tools: npm install assemblyscript',
      cause,
    })
  }
}

/** An import names its file as Node.js and editors want it, with the extension; the compiler wants it without. */
function readSource(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replaceAll(/((?:from|import) '\.[^']*)\.ts'/g, "$1'")
  } catch {
    return null
  }
}
