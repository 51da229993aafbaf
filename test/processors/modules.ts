import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileProcessor } from '../../src/kernel/compile.ts'
import type { Manifest } from '../../src/kernel/manifest.ts'
import { packModule } from '../../src/kernel/package.ts'

const KERNEL = join(import.meta.dirname, '../../kernel')

export const MANIFEST: Manifest = {
  name: 'high-load',
  version: '1.0.0',
  description: 'Of a test.',
  reads: ['power.active'],
  writes: ['load.high'],
}

export type Change = (source: string) => string

export const same: Change = (source) => source

/** The package of the template, with changes of its source and of what it says of itself. */
export async function packageOf(
  change: Change = same,
  manifest: Partial<Manifest> = {},
): Promise<string> {
  return packModule({ ...MANIFEST, ...manifest }, await compiled(change), undefined)
}

/** The module of the template with changes of its source, and of the side of the SDK that the host sees. Each is compiled once. */
export async function compiled(
  change: Change,
  abiChange: Change = same,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = change(readFileSync(join(KERNEL, 'template/module.ts'), 'utf8'))
  const abi = abiChange(readFileSync(join(KERNEL, 'sdk/abi.ts'), 'utf8'))
  const known = modules.get(source + abi)
  const bytes = known ?? (await compile(source, abi))
  modules.set(source + abi, bytes)
  return bytes
}

const modules = new Map<string, Uint8Array<ArrayBuffer>>()

async function compile(source: string, abi: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-module-'))
  try {
    cpSync(join(KERNEL, 'sdk'), join(folder, 'sdk'), { recursive: true })
    mkdirSync(join(folder, 'own'))
    writeFileSync(join(folder, 'own/module.ts'), source)
    writeFileSync(join(folder, 'sdk/abi.ts'), abi)
    const bytes = await compileProcessor({ folder, entry: 'own/module.ts', sdk: 'sdk' })
    return new Uint8Array(bytes)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A module whose `process` begins with this. */
export async function hostile(statement: string): Promise<string> {
  return packageOf((source) =>
    source.replace(
      'override process(batch: Batch): void {',
      `override process(batch: Batch): void {\n    ${statement}`,
    ),
  )
}
