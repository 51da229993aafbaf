import { tableLines } from '../query/table-text.ts'
import type { AlarmItem, AlarmPage, StepPage } from './edge-alarms.ts'

const TITLES = ['id', 'priority', 'state', 'since', 'alarm', 'subject', 'members', ''] as const
const STEP_TITLES = ['time', 'alarm', 'name', 'subject', 'what', 'who', 'detail'] as const
/** Of which the list says nothing unless it is asked for them. */
const HIDDEN = ['shelved', 'suppressed', 'out-of-service'] as const

/** The most urgent first. What the list leaves out stands below it in numbers. */
export function alarmsText({ alarms, counts }: AlarmPage): string {
  const hidden = HIDDEN.filter((state) => (counts[state] ?? 0) > 0)
  const others = hidden.map((state) => `${counts[state]} ${state}`).join(', ')
  const left = others === '' ? '' : `besides: ${others}\n`
  return `${alarms.length === 0 ? 'no alarm\n' : table(TITLES, alarms.map(cellsOf))}${left}`
}

export function alarmText(alarm: AlarmItem, members: readonly AlarmItem[]): string {
  const { acknowledged, shelved, suppressedBy } = alarm
  const lines: string[] = []
  if (acknowledged !== null)
    lines.push(`acknowledged by ${acknowledged.who} ${acknowledged.comment}`.trimEnd())
  if (shelved !== null)
    lines.push(`shelved by ${shelved.who} until ${shelved.until}: ${shelved.reason}`)
  if (suppressedBy !== null) lines.push(`suppressed by alarm ${suppressedBy}`)
  const words = lines
    .map(
      (line) => `${printable(line)}
`,
    )
    .join('')
  const list =
    members.length === 0
      ? ''
      : `
${table(TITLES, members.map(cellsOf))}`
  return `${table(TITLES, [cellsOf(alarm)])}${words}${list}`
}

/** The newest at the end, where a person looks first. */
export function stepsText({ steps, dropped }: StepPage): string {
  const rows = steps.toReversed().map(({ time, alarm, name, subject, what, who, detail }) => {
    return [time, String(alarm), name, subject, what, who, detail].map(printable)
  })
  const gone = dropped === 0 ? '' : `${dropped} older steps made room for these\n`
  return rows.length === 0 ? 'no alarm has taken a step\n' : gone + table(STEP_TITLES, rows)
}

function cellsOf(alarm: AlarmItem): string[] {
  const { id, priority, state, since, name, subject, members, active, value } = alarm
  const count = members === null ? '' : `${members.active}/${members.count}`
  const signal = active ? (value === null ? '' : String(value)) : 'gone'
  const place = `${subject.kind} ${subject.id}`
  return [String(id), priority, state, since ?? '', name, place, count, signal].map(printable)
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, ...rows]
  const widths = titles.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)))
  return tableLines(lines, widths, undefined)
}

/** Names and words come from others: what they hold must not move the cursor of a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
}
