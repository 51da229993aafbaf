import { posix } from 'node:path'
import type { SourceFile } from './source-file.ts'

export interface Import {
  /** As written: `../core/time.ts`, `node:fs`, `fastify/types`. */
  readonly specifier: string
  /** Path from the root of the repository; undefined for a package or a builtin. */
  readonly target: string | undefined
  /** The npm package; undefined for a file or a builtin. */
  readonly packageName: string | undefined
  readonly offset: number
}

const FORMS = [
  /\b(?:import|export)\b[^'"`;()=]*?\bfrom\s*(['"])( *)\1/g,
  /\bimport\s*(['"])( *)\1/g,
  /\bimport\s*\(\s*(['"])( *)\1/g,
  /\bnew\s+URL\s*\(\s*(['"])( *)\1\s*,\s*import\.meta\.url/g,
]

/** Static and dynamic imports, re-exports, and files named through `new URL('./x.ts', import.meta.url)`. */
export function importsOf(file: SourceFile): Import[] {
  const found = new Map<number, Import>()
  for (const form of FORMS) {
    for (const match of file.bare.matchAll(form)) {
      const quote = match[0].search(/['"]/)
      const offset = match.index + quote + 1
      const written = file.text.slice(offset, offset + (match[2] ?? '').length)
      const isUrl = form === FORMS.at(-1)
      const specifier = isUrl && !written.startsWith('.') ? `./${written}` : written
      found.set(offset, { ...resolve(file.path, specifier), specifier, offset })
    }
  }
  return [...found.values()]
}

function resolve(path: string, specifier: string): Pick<Import, 'target' | 'packageName'> {
  if (specifier.startsWith('.')) {
    return { target: posix.join(posix.dirname(path), specifier), packageName: undefined }
  }
  if (specifier.startsWith('node:')) return { target: undefined, packageName: undefined }
  const words = specifier.split('/')
  const name = specifier.startsWith('@') ? words.slice(0, 2).join('/') : words[0]
  return { target: undefined, packageName: name }
}
