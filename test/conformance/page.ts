import { readFileSync } from 'node:fs'
import { limits } from '../../src/core/limits.ts'
import type { Statement } from './manifest.ts'

const CHAPTERS: Readonly<Record<string, string>> = {
  '1.5': 'Data types',
  '2.1': 'Fixed header',
  '2.2': 'Variable header',
  '3.1': 'CONNECT',
  '3.2': 'CONNACK',
  '3.3': 'PUBLISH',
  '3.4': 'PUBACK',
  '3.5': 'PUBREC',
  '3.6': 'PUBREL',
  '3.7': 'PUBCOMP',
  '3.8': 'SUBSCRIBE',
  '3.9': 'SUBACK',
  '3.10': 'UNSUBSCRIBE',
  '3.11': 'UNSUBACK',
  '3.12': 'PINGREQ',
  '3.14': 'DISCONNECT',
  '3.15': 'AUTH',
  '4.1': 'Session state',
  '4.2': 'Network connections',
  '4.3': 'Quality of service',
  '4.4': 'Sending again',
  '4.5': 'Receiving',
  '4.6': 'Order',
  '4.7': 'Topics and filters',
  '4.8': 'Shared subscriptions',
  '4.9': 'Flow control',
  '4.12': 'Enhanced authentication',
  '4.13': 'Errors',
  '6.0': 'WebSocket',
}

/** The page with its two tables as they should be now; everything between the marks is made here. */
export function updatedPage(page: string, statements: readonly Statement[]): string {
  const conformance = `${summary(statements)}\n\n${chapters(statements)}`
  return between(between(page, 'limits', limitsTable()), 'conformance', conformance)
}

function between(page: string, mark: string, content: string): string {
  const [begin, end] = [`<!-- ${mark}: begin -->`, `<!-- ${mark}: end -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the page has no place for ${mark}`)
  return `${page.slice(0, from + begin.length)}\n\n${content}\n\n${page.slice(to)}`
}

function summary(statements: readonly Statement[]): string {
  const count = (state: Statement['state']): number =>
    statements.filter((statement) => statement.state === state).length
  return table(
    ['state', 'statements', 'meaning'],
    [
      ['held', String(count('held')), 'the server does it, and a test shows it'],
      ['by design', String(count('by-design')), 'the case never arises; the table says why'],
      ['gap', String(count('gap')), 'missing'],
      ['client', String(count('not-a-server-rule')), 'binds clients only'],
    ],
  )
}

function chapters(statements: readonly Statement[]): string {
  const parts: string[] = []
  for (const [chapter, title] of Object.entries(CHAPTERS)) {
    const rows = statements
      .filter(({ id }) => id.startsWith(`MQTT-${chapter}.`))
      .map((statement) => [statement.id.slice('MQTT-'.length), ...cells(statement)])
    parts.push(`### ${title}\n\n${table(['statement', 'in our words', 'state', 'shown by'], rows)}`)
  }
  return parts.join('\n\n')
}

function cells({ says, state, tests = [], why }: Statement): string[] {
  const files = [...new Set(tests.map((test) => test.slice(0, test.indexOf(': '))))]
  const shown = files.map((file) => `\`${file}\``).join(', ')
  switch (state) {
    case 'held':
      return [says, 'held', shown]
    case 'by-design':
      return [says, 'by design', why ?? '']
    case 'gap':
      return [says, '**gap**', why ?? '']
    case 'not-a-server-rule':
      return [says, 'client', shown]
  }
}

/** Those of the MQTT part: what stands above ingest. */
function limitsTable(): string {
  const source = readFileSync(new URL('../../src/core/limits.ts', import.meta.url), 'utf8')
  const part = source.slice(source.indexOf('// --- connections'), source.indexOf('// --- ingest'))
  const rows = [...part.matchAll(/(?:\/\*\* (.*) \*\/\n\s*)?^ {2}(\w+): /gm)].map(
    ([, reason = '', name = '']) => [
      `\`${name}\``,
      limits[name as keyof typeof limits].toLocaleString('en'),
      reason.replaceAll('|', '\\|'),
    ],
  )
  return table(['limit', 'value', 'why'], rows)
}

/** Columns are as wide as their widest cell, as the formatter has them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
