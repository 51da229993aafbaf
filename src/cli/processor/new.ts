import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GridError } from '../../core/errors.ts'
import { PROGRAM_FOLDER } from '../../core/program-folder.ts'
import type { Args } from '../command.ts'
import { Project, requireWord } from './project.ts'

const KERNEL = fileURLToPath(new URL('kernel/', PROGRAM_FOLDER))

/** Makes a folder with a processor that works, to be changed into one's own. */
export async function run(_args: Args, word: string): Promise<number> {
  const project = new Project(requireWord(word, 'the folder to make'))
  const { folder, name } = project
  if (existsSync(folder)) throw new GridError('input', `${folder} is there already`)
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name))
    throw new GridError(
      'usage',
      `${name}: a processor has a name of 1 to 64 characters of a-z 0-9 -`,
    )
  mkdirSync(folder, { recursive: true })
  cpSync(join(KERNEL, 'sdk'), join(folder, 'sdk'), { recursive: true })
  const template = (file: string): string => readFileSync(join(KERNEL, 'template', file), 'utf8')
  writeFileSync(join(folder, 'module.ts'), template('module.ts').replaceAll("'../sdk/", "'./sdk/"))
  writeFileSync(
    join(folder, 'manifest.json'),
    template('manifest.json').replace('"high-load"', JSON.stringify(name)),
  )
  writeFileSync(join(folder, 'trial.json'), template('trial.json'))
  process.stdout.write(`${folder}: change module.ts, then: busbar processor test ${word}\n`)
  return 0
}
