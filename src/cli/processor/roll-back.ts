import { OwnPackages } from '../../edge/processors/own-packages.ts'
import type { Args } from '../command.ts'
import { requireWord } from './project.ts'

/** Gives its place back to the version before. */
export async function run(args: Args, word: string): Promise<number> {
  const name = requireWord(word, 'the name of the processor')
  const { manifest } = new OwnPackages(args.required('data')).rollBack(name)
  process.stdout.write(`${manifest.name} ${manifest.version} is in its place again\n`)
  return 0
}
