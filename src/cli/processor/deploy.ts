import { OwnPackages } from '../../edge/processors/own-packages.ts'
import type { Args } from '../command.ts'
import { readText, requireWord } from './project.ts'

/** Puts a package into a data folder. The edge that runs on it judges the signature, and takes it within a second. */
export async function run(args: Args, word: string): Promise<number> {
  const path = requireWord(word, 'the package to deploy')
  const { manifest, signer } = new OwnPackages(args.required('data')).put(readText(path), path)
  const signed = signer === undefined ? 'not signed' : `signed with ${signer}`
  process.stdout.write(`${manifest.name} ${manifest.version}, ${signed}, is in its place\n`)
  return 0
}
