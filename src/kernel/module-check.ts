import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'

/** What every module exports; ABI version 1. */
const FUNCTIONS = [
  'abi_version',
  'alloc',
  'configure',
  'process',
  'tick',
  'outputs',
  'snapshot',
  'restore',
] as const

/**
 * Compiles a module that may run here: it imports nothing, exports the ABI, and its memory has a bound.
 * @throws GridError `input` that names what is wrong.
 */
export function checkModule(bytes: Uint8Array<ArrayBuffer>, name: string): WebAssembly.Module {
  if (bytes.length > limits.processorBytes)
    throw refused(name, `has ${bytes.length} bytes, ${limits.processorBytes} at most are allowed`)
  const module = compile(bytes, name)
  const [foreign] = WebAssembly.Module.imports(module)
  if (foreign !== undefined)
    throw refused(name, `imports ${foreign.module}.${foreign.name}; a processor imports nothing`)
  const exported = new Map(
    WebAssembly.Module.exports(module).map(({ name: own, kind }) => [own, kind]),
  )
  const lacking = FUNCTIONS.find((own) => exported.get(own) !== 'function')
  if (lacking !== undefined) throw refused(name, `does not export the function ${lacking}`)
  if (exported.get('memory') !== 'memory') throw refused(name, 'does not export its memory')
  const pages = maximumPages(bytes)
  if (pages === undefined) throw refused(name, 'declares no maximum for its memory')
  if (pages > limits.processorPages)
    throw refused(name, `may take ${pages} pages; ${limits.processorPages} are allowed`)
  return module
}

function compile(bytes: Uint8Array<ArrayBuffer>, name: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes)
  } catch (cause) {
    throw new GridError('input', `processor ${name} is no WebAssembly module that can run here`, {
      cause,
    })
  }
}

function refused(name: string, text: string): GridError {
  return new GridError('input', `processor ${name} ${text}`, {
    hint: 'busbar processor build makes modules that may run.',
  })
}

/** Of the first memory, in pages of 64 KiB, as the memory section declares it; undefined: it has no bound. */
function maximumPages(bytes: Uint8Array): number | undefined {
  let at = HEADER_BYTES
  const number = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const section = bytes[at++]
    const end = number() + at
    if (section === MEMORY_SECTION && number() > 0) {
      const hasMaximum = (number() & 1) === 1
      number()
      return hasMaximum ? number() : undefined
    }
    at = end
  }
  return undefined
}

const HEADER_BYTES = 8
const MEMORY_SECTION = 5
