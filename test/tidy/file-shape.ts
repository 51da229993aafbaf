import { basename, dirname } from 'node:path'
import { type SourceFile, type Violation, violation } from './source-file.ts'

const LINES_MAX = 400
const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const GRAB_BAGS = new Set([
  'util',
  'utils',
  'utility',
  'utilities',
  'helper',
  'helpers',
  'common',
  'misc',
  'types',
  'shared',
  'stuff',
  'tools',
  'lib',
])

/** A file fits on a few screens, and its name and its folder's say what is in it. */
export function checkFileShape(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = []
  for (const file of files) {
    if (!file.path.endsWith('.ts')) continue
    const lines = file.text.split('\n').length - (file.text.endsWith('\n') ? 1 : 0)
    if (lines > LINES_MAX) {
      violations.push(violation(file, 0, `${lines} lines; at most ${LINES_MAX}: split it by noun`))
    }
    const stem = basename(file.path).replace(/(?:\.test|\.d)?\.ts$/, '')
    const folders = dirname(file.path)
      .split('/')
      .filter((name) => name !== '.')
    for (const name of [stem, ...folders]) {
      if (!KEBAB.test(name)) violations.push(violation(file, 0, `"${name}" is not kebab-case`))
    }
    const grabBag = [stem, ...folders.slice(1)].find((name) => GRAB_BAGS.has(name))
    if (grabBag !== undefined) {
      violations.push(violation(file, 0, `"${grabBag}" names nothing; name it after what it holds`))
    }
  }
  return violations
}
