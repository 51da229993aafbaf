import { writeFileSync } from 'node:fs'
import { GridError } from '../../core/errors.ts'
import { parseSite } from '../../edge/site/site.ts'
import { signSet } from '../../fleet/set.ts'
import { openPackage } from '../../kernel/package.ts'
import type { Args } from '../command.ts'
import { readText } from '../processor/project.ts'
import { SetFolder } from './set-folder.ts'

/** Signs what lies in a folder, once all of it can be read. */
export async function run(args: Args, [, path]: readonly string[]): Promise<number> {
  const folder = new SetFolder(path)
  const revision = args.integer('revision', { min: 1, max: Number.MAX_SAFE_INTEGER })
  const watchSeconds = args.integer('watch-seconds', { min: 1, max: 86_400 })
  const found = folder.files()
  if (found.length === 0) throw new GridError('input', `${folder.path}: there is nothing of a set`)
  for (const { role, name, path: file } of found) {
    const text = (): string => folder.content(file).toString('utf8')
    if (role === 'site') checkSite(text(), file, name)
    if (role === 'processor') openPackage(text(), file)
  }
  const files = found.map(({ role, name, sha256, bytes }) => ({ role, name, sha256, bytes }))
  const manifest = { revision, title: args.required('title'), watchSeconds, files }
  const set = signSet(manifest, readText(args.required('key')))
  writeFileSync(folder.signedPath, set.text)
  process.stdout.write(`${set.digest}\n`)
  return 0
}

function checkSite(text: string, path: string, name: string): void {
  const { site } = parseSite(text, path)
  if (site.id === name) return
  throw new GridError('input', `${path}: the site file is of ${site.id}`, {
    hint: 'In a set each site file is named by the id of its site.',
  })
}
