import { GridError } from '../core/errors.ts'

/** What a module says of itself; signed, it travels with it. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  /** Quantities, by name or by how they begin: `voltage.*`. */
  readonly reads: readonly string[]
  /** Names of what it puts out, likewise. */
  readonly writes: readonly string[]
}

/** @throws GridError `input` that names the key. */
export function parseManifest(text: string, path: string): Manifest {
  const given = parseObject(text, path)
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key)) throw wrong(path, `has the unknown key ${key}`)
  }
  const name = stringOf(given, 'name', path)
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name))
    throw wrong(path, 'has a name that is not 1 to 64 characters of a-z 0-9 -')
  const version = stringOf(given, 'version', path)
  if (!/^\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(version))
    throw wrong(path, 'has a version that is not like 1.0.0')
  return {
    name,
    version,
    description: stringOf(given, 'description', path),
    reads: patternsOf(given, 'reads', path),
    writes: patternsOf(given, 'writes', path),
  }
}

const KEYS: readonly string[] = ['name', 'version', 'description', 'reads', 'writes']
const PATTERNS = 64
const PATTERN = /^[A-Za-z0-9._:-]{0,127}\*?$/
const TEXT = 500

type Given = Readonly<Record<string, unknown>>

function parseObject(text: string, path: string): Given {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (cause) {
    throw new GridError('input', `${path} is not JSON`, { cause })
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong(path, 'is not an object')
  return given as Given
}

function stringOf(given: Given, key: string, path: string): string {
  const value = given[key]
  if (typeof value === 'string' && value.length > 0 && value.length <= TEXT) return value
  throw wrong(path, `needs ${key}, a text of 1 to ${TEXT} characters`)
}

function patternsOf(given: Given, key: string, path: string): readonly string[] {
  const value = given[key]
  const isList = Array.isArray(value) && value.length <= PATTERNS
  if (isList && value.every((item) => typeof item === 'string' && PATTERN.test(item))) return value
  throw wrong(path, `needs ${key}, a list of up to ${PATTERNS} names such as "voltage.*"`)
}

function wrong(path: string, text: string): GridError {
  return new GridError('input', `${path} ${text}`)
}
