import { importsOf } from './imports.ts'
import { type SourceFile, type Violation, isTest, violation } from './source-file.ts'

type Versions = Readonly<Record<string, string>>

interface Manifest {
  readonly scripts?: Versions
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
  readonly optionalDependencies?: Versions
}

interface Decision {
  readonly name: string
  readonly why: string
  /** Parts of `src` that may import it; empty for what is run but never imported. */
  readonly usedBy: readonly string[]
}

/** `tools/dependencies.json`: what we chose to depend on, and why. */
interface Decisions {
  readonly runtime: readonly Decision[]
  readonly development: readonly Decision[]
}

const MANIFEST = 'package.json'
const LOCK = 'package-lock.json'
const REASONS = 'tools/dependencies.json'
const PAGE = 'docs/dependencies.md'

export function checkDependencies(files: readonly SourceFile[]): Violation[] {
  const find = (path: string): SourceFile =>
    files.find((file) => file.path === path) ?? { path, text: '{}', bare: '' }
  const manifest = JSON.parse(find(MANIFEST).text) as Manifest
  const decisions = JSON.parse(find(REASONS).text) as Partial<Decisions>
  const runtime = decisions.runtime ?? []
  const development = decisions.development ?? []
  const installed = { ...manifest.dependencies, ...manifest.optionalDependencies }
  return [
    ...unequal(installed, runtime),
    ...unequal(manifest.devDependencies ?? {}, development),
    ...inexact(find(MANIFEST), { ...installed, ...manifest.devDependencies }),
    ...unreasoned(find(REASONS), [...runtime, ...development]),
    ...unmentioned(find(PAGE), [...runtime, ...development]),
    ...installScripts(find(MANIFEST), manifest.scripts ?? {}),
    ...lockFaults(find(LOCK)),
    ...files.flatMap((file) => importFaults(file, runtime, development)),
  ]
}

function unequal(installed: Versions, decisions: readonly Decision[]): Violation[] {
  const reasoned = new Set(decisions.map(({ name }) => name))
  const missing = Object.keys(installed).filter((name) => !reasoned.has(name))
  const extra = [...reasoned].filter((name) => !Object.hasOwn(installed, name))
  return [
    ...missing.map((name) => ({ path: REASONS, line: 1, text: `no reason given for ${name}` })),
    ...extra.map((name) => ({ path: REASONS, line: 1, text: `${name} is not in ${MANIFEST}` })),
  ]
}

function inexact(file: SourceFile, versions: Versions): Violation[] {
  return Object.entries(versions)
    .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
    .map(([name, version]) => violation(file, 0, `${name} ${version}: pin one exact version`))
}

function unreasoned(file: SourceFile, decisions: readonly Decision[]): Violation[] {
  return decisions
    .filter(({ why, usedBy }) => why.trim().length < 20 || !Array.isArray(usedBy))
    .map(({ name }) => violation(file, 0, `${name} needs a reason and the parts that use it`))
}

function unmentioned(file: SourceFile, decisions: readonly Decision[]): Violation[] {
  return decisions
    .filter(({ name }) => !file.text.includes(`\`${name}\``))
    .map(({ name }) => violation(file, 0, `\`${name}\` is not mentioned`))
}

function installScripts(file: SourceFile, scripts: Versions): Violation[] {
  return ['preinstall', 'install', 'postinstall', 'prepare']
    .filter((name) => Object.hasOwn(scripts, name))
    .map((name) => violation(file, 0, `script "${name}" would run at install time; nothing may`))
}

/** The lockfile pins digests, not hosts, and nothing in it runs when it is installed. */
function lockFaults(file: SourceFile): Violation[] {
  const violations: Violation[] = []
  for (const { index } of file.text.matchAll(/"resolved"\s*:/g)) {
    violations.push(
      violation(file, index, 'names a host; install with omit-lockfile-registry-resolved'),
    )
  }
  for (const { index } of file.text.matchAll(/"hasInstallScript"\s*:\s*true/g)) {
    violations.push(violation(file, index, 'a package with an install script'))
  }
  return violations
}

function importFaults(
  file: SourceFile,
  runtime: readonly Decision[],
  development: readonly Decision[],
): Violation[] {
  if (!file.path.endsWith('.ts')) return []
  const part = /^(?:src\/([a-z]+)|(ui))\//.exec(file.path)?.slice(1).find(Boolean)
  const rim = isTest(file.path) || part === undefined
  const violations: Violation[] = []
  for (const { packageName, specifier, offset } of importsOf(file)) {
    if (packageName === undefined) continue
    const chosen = [...runtime, ...development].find(({ name }) => name === packageName)
    if (rim ? chosen !== undefined : chosen?.usedBy.includes(part)) continue
    const owners = chosen === undefined ? 'nobody' : chosen.usedBy.join(', ')
    violations.push(violation(file, offset, `${specifier} may be imported by ${owners} only`))
  }
  return violations
}
