import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A package of which something is in a bundle. */
export interface Package {
  readonly name: string
  readonly version: string
  /** Its SPDX expression. */
  readonly license: string
  /** What it wants to be handed on with it. */
  readonly text: string
}

/** Whose files these are; in order of their names. */
export function packagesOf(files: readonly string[]): readonly Package[] {
  const folders = files.flatMap((file) => IN_PACKAGE.exec(file)?.[0] ?? [])
  return [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Omit<Package, 'text'>
    const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    const text = texts.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim())
    return { name, version, license, text: text.join('\n\n') }
  })
}

const IN_PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/

export function licences(packages: readonly Package[]): string {
  const parts = packages.map(
    ({ name, version, license, text }) => `${name} ${version}, ${license}\n\n${text}\n`,
  )
  return parts.join(`\n${'-'.repeat(80)}\n\n`)
}
