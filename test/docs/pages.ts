import { readFileSync } from 'node:fs'

const ROOT = new URL('../../', import.meta.url)

/** The text of a file of the repository. */
export function readPage(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

export interface Fence {
  readonly language: string
  readonly text: string
}

/** The fenced blocks of a page, in their order. */
export function fencesOf(page: string): Fence[] {
  return [...page.matchAll(/^```([\w-]*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', text = '']) => ({
      language,
      text,
    }),
  )
}

/** What stands under a heading, up to the next one of the same level or a higher one. */
export function sectionOf(page: string, heading: string): string {
  const lines = page.split('\n')
  const start = lines.indexOf(heading)
  if (start < 0) throw new Error(`no heading "${heading}"`)
  const level = heading.split(' ', 1)[0]?.length ?? 1
  const end = lines.findIndex((line, at) => at > start && new RegExp(`^#{1,${level}} `).test(line))
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n')
}

/** The rows of the table whose header begins with `title`: cells without their backticks. */
export function tableOf(page: string, title: string): string[][] {
  const lines = page.split('\n')
  const head = lines.findIndex(
    (line, at) => cellsOf(line)[0] === title && (lines[at + 1] ?? '').startsWith('| -'),
  )
  if (head < 0) throw new Error(`no table "${title}"`)
  const rows: string[][] = []
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break
    rows.push(cellsOf(line))
  }
  return rows
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return []
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('`', '').trim())
}
