import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { type SourceFile, type Violation, violation } from './source-file.ts'

/** One H1 to a page; links and `file#name` references lead somewhere. */
export function checkMarkdown(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const violations: Violation[] = []
  for (const file of files) {
    if (!file.path.endsWith('.md')) continue
    const page = withoutFences(file.text)
    const titles = [...page.matchAll(/^# .*$/gm)].length
    if (titles !== 1) violations.push(violation(file, 0, `${titles} H1 headings; a page has one`))
    violations.push(...linkFaults(file, page, byPath), ...referenceFaults(file, page, byPath))
  }
  return violations
}

const ROOT = join(import.meta.dirname, '../..')

type Tree = ReadonlyMap<string, SourceFile>

function linkFaults(file: SourceFile, page: string, tree: Tree): Violation[] {
  const violations: Violation[] = []
  const links = /\]\(([^)\s]+)[^)]*\)|\b(?:src|href|srcset)="([^"]+)"/g
  for (const match of page.replace(/`[^`\n]*`/g, blank).matchAll(links)) {
    const link = match[1] ?? match[2] ?? ''
    if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? file.path : posix.join(posix.dirname(file.path), path)
    // The tree has texts alone.
    if (target.endsWith('.png') && existsSync(join(ROOT, target))) continue
    if (!exists(tree, target)) {
      violations.push(violation(file, match.index, `link to ${link}, which does not exist`))
    } else if (anchor !== undefined && target.endsWith('.md') && !hasAnchor(tree, target, anchor)) {
      violations.push(violation(file, match.index, `${target} has no heading #${anchor}`))
    }
  }
  return violations
}

const REFERENCE =
  /`((?:src|test|bench|tools|docs|examples|deploy|ui|kernel|policy|bin|\.ci)\/[\w./-]*)(?:#([\w$.]+))?`/g

/** A backticked path from the root; after `#`, something that the file declares. */
function referenceFaults(file: SourceFile, page: string, tree: Tree): Violation[] {
  const violations: Violation[] = []
  for (const { index, 1: path = '', 2: name } of page.matchAll(REFERENCE)) {
    if (!exists(tree, path)) {
      violations.push(violation(file, index, `${path} does not exist`))
    } else if (name !== undefined && !declares(tree.get(path)?.bare ?? '', name)) {
      violations.push(violation(file, index, `${path} declares no ${name}`))
    }
  }
  return violations
}

/** `name`, or `Class.method`: every word of it is declared in the file. */
function declares(code: string, name: string): boolean {
  return name.split('.').every((word) => {
    const escaped = word.replace(/\$/g, '\\$')
    const statement = `\\b(?:function\\*?|class|const|let|interface|type)\\s+${escaped}\\b`
    const modifiers = '(?:(?:async|static|get|set|override|readonly|private|public)\\s+)*'
    const member = `^\\s+${modifiers}\\*?#?${escaped}\\??\\s*[(<=:]`
    return new RegExp(`${statement}|${member}`, 'm').test(code)
  })
}

function exists(tree: Tree, path: string): boolean {
  const folder = path.replace(/\/$/, '')
  if (folder === '' || folder === '.' || tree.has(folder)) return true
  for (const known of tree.keys()) if (known.startsWith(`${folder}/`)) return true
  return false
}

function hasAnchor(tree: Tree, path: string, anchor: string): boolean {
  const page = withoutFences(tree.get(path)?.text ?? '')
  return [...page.matchAll(/^#{1,6} (.*)$/gm)].some(([, title = '']) => slug(title) === anchor)
}

function slug(title: string): string {
  const words = title.trim().toLowerCase()
  return words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
}

function withoutFences(text: string): string {
  return text.replace(/^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ {0,3}\1[ \t]*$/gm, blank)
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
