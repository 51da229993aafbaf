import { writeFileSync } from 'node:fs'
import { GridError } from '../../core/errors.ts'
import { openPackage, packModule } from '../../kernel/package.ts'
import type { Args } from '../command.ts'
import { readText, requireWord } from './project.ts'

/** Signs a package where it lies. */
export async function run(args: Args, word: string): Promise<number> {
  const path = requireWord(word, 'the package to sign')
  const keyPath = args.required('key')
  const { manifest, bytes } = openPackage(readText(path), path)
  const key = readText(keyPath)
  try {
    writeFileSync(path, packModule(manifest, bytes, key))
  } catch (cause) {
    throw new GridError('input', `${keyPath} is no private key of Ed25519`, {
      hint: 'Make one with busbar processor key --out FILE.',
      cause,
    })
  }
  process.stdout.write(`${path}: ${manifest.name} ${manifest.version}, signed\n`)
  return 0
}
