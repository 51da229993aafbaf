import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkModule } from '../../kernel/module-check.ts'
import { packModule } from '../../kernel/package.ts'
import type { Args } from '../command.ts'
import { Project } from './project.ts'

/** Compiles a module and packs it with its manifest, ready to be signed. */
export async function run(args: Args, word: string): Promise<number> {
  const project = new Project(word)
  const manifest = project.manifest()
  const bytes = await project.compile()
  checkModule(bytes, manifest.name)
  const usual = join(project.folder, `${manifest.name}-${manifest.version}.json`)
  const out = args.optional('out') ?? usual
  writeFileSync(out, packModule(manifest, bytes, undefined))
  process.stdout.write(`${out}: ${bytes.length} bytes of WebAssembly, not signed\n`)
  return 0
}
