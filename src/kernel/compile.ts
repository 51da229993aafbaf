import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
export async function compileProcessor({ folder, entry, sdk }: Sources): Promise<Uint8Array> {
  const { main } = await loadCompiler()
  let module: Uint8Array | undefined
  const flags = {
    outFile: 'module.wasm',
    optimizeLevel: '3',
    runtime: 'minimal',
    use: `abort=${sdk}/trap/trap`,
    maximumMemory: String(limits.processorPages),
  }
  const options = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
  let said = ''
  const { error } = await main([entry, ...options], {
    stderr: {
      write: (text) => {
        said += String(text)
      },
    },
    readFile: (name, base) => readSource(join(folder, base, name)),
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') module = contents
    },
    listFiles: () => [],
  })
  if (error === null && module !== undefined) return module
  throw new GridError('input', `compiling ${join(folder, entry)}:\n${said.trim()}`, {
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
    return readFileSync(path, 'utf8').replaceAll(/(from '\.[^']*)\.ts'/g, "$1'")
  } catch {
    return null
  }
}
