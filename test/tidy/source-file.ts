import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { blankOut } from './blank-out.ts'

/** One text file of the repository, as every check sees it. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  /** `text` with the inside of comments, strings and regular expressions blanked; same length, same lines. */
  readonly bare: string
}

export interface Violation {
  readonly path: string
  readonly line: number
  /** What is wrong, and what to do instead. */
  readonly text: string
}

export type Check = (files: readonly SourceFile[]) => Violation[]

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, bare: path.endsWith('.ts') ? blankOut(text) : text }
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.startsWith('test/')
}

/** Source of the product itself: under `src`, and not a test of it. */
export function isSource(path: string): boolean {
  return path.startsWith('src/') && path.endsWith('.ts') && !isTest(path)
}

export function violation(file: SourceFile, offset: number, text: string): Violation {
  let line = 1
  for (
    let at = file.text.indexOf('\n');
    at >= 0 && at < offset;
    at = file.text.indexOf('\n', at + 1)
  ) {
    line++
  }
  return { path: file.path, line, text }
}

export function formatViolation({ path, line, text }: Violation): string {
  return `${path}:${line}: ${text}`
}

/** Every text file that is tracked, or new and not ignored. A tree without git is walked instead. */
export function readTree(root: string): SourceFile[] {
  const files: SourceFile[] = []
  for (const path of listPaths(root)) {
    const full = join(root, path)
    if (!existsSync(full) || !statSync(full).isFile()) continue
    const text = readFileSync(full, 'utf8')
    if (!text.includes('\0')) files.push(sourceFile(path, text))
  }
  return files
}

function listPaths(root: string): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return [...new Set(listed.split('\0').filter((path) => path !== ''))].sort()
  } catch {
    return walk(root, '').sort()
  }
}

function walk(root: string, folder: string): string[] {
  const skipped = new Set(['.git', 'node_modules', 'var'])
  const paths: string[] = []
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory() && !skipped.has(entry.name)) paths.push(...walk(root, path))
    else if (entry.isFile()) paths.push(path)
  }
  return paths
}
