import { readFile } from 'node:fs/promises'
import { PROGRAM_FOLDER } from '../core/program-folder.ts'
import { type Manifest, parseManifest } from './manifest.ts'

/** A module with what it says of itself. */
export interface Built {
  readonly manifest: Manifest
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** In the order in which they get a row. */
export const builtInProcessors = [
  'validation',
  'power-quality',
  'frequency',
  'outage',
  'aggregation',
  'transformer',
  'feeder',
  'filter',
] as const

/** The processors that come with Busbar lie in kernel/; they are trusted as the rest of the code is. */
export async function loadBuiltIn(name: string): Promise<Built> {
  const at = (path: string): URL => new URL(`kernel/${path}`, PROGRAM_FOLDER)
  const manifest = at(`${name}/manifest.json`)
  const [text, bytes] = await Promise.all([
    readFile(manifest, 'utf8'),
    readFile(at(`modules/${name}.wasm`)),
  ])
  return { manifest: parseManifest(text, manifest.pathname), bytes: new Uint8Array(bytes) }
}
