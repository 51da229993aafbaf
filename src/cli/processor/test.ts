import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'
import {
  Trial,
  type TrialReading,
  type TrialResult,
  type TrialSetting,
} from '../../kernel/trial.ts'
import type { Args } from '../command.ts'
import { Project, readText } from './project.ts'

/** `trial.json`: what the module is given, and what it should find, each as far as it says. */
interface TrialFile extends Pick<TrialSetting, 'settings' | 'site' | 'subjects'> {
  readonly readings: readonly TrialReading[]
  readonly expect: readonly Partial<TrialResult>[]
}

/** Compiles a module and runs it on `trial.json`; says what it found, and whether that was expected. */
export async function run(_args: Args, word: string): Promise<number> {
  const project = new Project(word)
  const path = join(project.folder, 'trial.json')
  const { readings, expect, ...setting } = parseTrial(readText(path), path)
  const trial = new Trial({ manifest: project.manifest(), bytes: await project.compile() }, setting)
  trial.feed(readings)
  const found = trial.take()
  const wrong = differences(found, expect)
  for (const result of found) process.stdout.write(`${JSON.stringify(result)}\n`)
  if (wrong.length === 0) {
    process.stdout.write(`${found.length} results of ${readings.length} readings, as expected\n`)
    return 0
  }
  throw new GridError('differs', `${path}:\n${wrong.join('\n')}`)
}

function differences(
  found: readonly TrialResult[],
  expect: readonly Partial<TrialResult>[],
): readonly string[] {
  const wrong = expect.flatMap((wanted, at) => {
    const result: Partial<TrialResult> = found[at] ?? {}
    return Object.entries(wanted)
      .filter(([key, value]) => !isDeepStrictEqual(result[key as keyof TrialResult], value))
      .map(([key, value]) => {
        const is = JSON.stringify(result[key as keyof TrialResult])
        return `result ${at + 1}: ${key} is ${is}, expected ${JSON.stringify(value)}`
      })
  })
  if (found.length !== expect.length)
    wrong.push(`${found.length} results, expected ${expect.length}`)
  return wrong
}

function parseTrial(text: string, path: string): TrialFile {
  try {
    const given = JSON.parse(text) as Partial<TrialFile>
    const { readings, expect } = given
    if (!Array.isArray(readings) || !Array.isArray(expect))
      throw new GridError('input', 'readings and expect have to be lists')
    return { ...given, readings, expect }
  } catch (cause) {
    throw new GridError('input', `${path}: ${errorText(cause)}`, { cause })
  }
}
