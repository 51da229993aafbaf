import { type SourceFile, type Violation, violation } from './source-file.ts'

/** Spelt in halves, so that this file passes its own check. */
const MARKERS = new RegExp(
  `\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`,
  'g',
)
const SILENCERS = new RegExp(`@ts-${'ignore'}|@ts-${'nocheck'}`, 'g')
const PROSE_OR_CODE = /\.(?:ts|c|h|sh|md|ya?ml|sql|rego)$/
/** A folder that exists on one machine only, or the host of a package index. */
const MACHINE_PATHS = new RegExp(
  `/${'tmp'}/bash|(?<![\\w.])/${'work'}/|/${'home'}/[a-z]|/${'root'}/`,
  'g',
)
/** Not what the manifests call the registry of a site: under `.local` there is no package index. */
const PACKAGE_HOSTS =
  /\bregistry\.(?!site\.local\b)[a-z0-9-]+\.[a-z]|[a-z0-9-]+\.[a-z]+\/(?:artifactory|repository)\/npm/gi

/** Nothing unfinished, nothing silenced, nothing of the machine that it was written on. */
export function checkLeftovers(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = []
  for (const file of files) {
    if (PROSE_OR_CODE.test(file.path)) {
      for (const { index, 0: word } of file.text.matchAll(MARKERS)) {
        violations.push(violation(file, index, `${word}: finish it, or open an issue`))
      }
      for (const { index, 0: word } of file.text.matchAll(SILENCERS)) {
        violations.push(violation(file, index, `${word}: mend the type instead`))
      }
    }
    for (const { index } of file.text.matchAll(MACHINE_PATHS)) {
      violations.push(violation(file, index, 'a path of one machine; make it relative'))
    }
    for (const { index } of file.text.matchAll(PACKAGE_HOSTS)) {
      violations.push(violation(file, index, 'the host of a package index; npm knows its own'))
    }
  }
  return violations
}
