import type { Finding } from './check.ts'

const ROWS_MAX = 20
const COLUMNS = ['acknowledged', 'missing', 'wrong', 'twice'] as const

/** All findings together; `differing` are the devices whose two sides do not agree. */
export interface Verdict {
  readonly devices: number
  readonly acknowledged: number
  readonly extra: number
  readonly differing: readonly Finding[]
}

export function verdictOf(findings: readonly Finding[]): Verdict {
  return {
    devices: findings.length,
    acknowledged: findings.reduce((total, { acknowledged }) => total + acknowledged, 0),
    extra: findings.reduce((total, { extra }) => total + extra, 0),
    differing: findings.filter(({ faults }) => faults.length > 0),
  }
}

export function verdictText({ devices, acknowledged, extra, differing }: Verdict): string {
  const kept = extra === 0 ? '' : `; ${format(extra)} more stored whose acknowledgement was lost`
  const head = `${counted(devices, 'device')}, ${format(acknowledged)} readings acknowledged`
  if (differing.length === 0) return `${head}: all stored, none twice${kept}\n`
  const rows = differing
    .slice(0, ROWS_MAX)
    .map((finding) => [
      finding.device,
      ...COLUMNS.map((column) => format(finding[column])),
      finding.faults.join('; '),
    ])
  const more = differing.length - rows.length
  return [
    ...align([['device', ...COLUMNS, 'what differs'], ...rows]),
    ...(more > 0 ? [`and ${format(more)} more (--json names all)`] : []),
    '',
    `${head}: ${counted(differing.length, 'device')} ${differing.length === 1 ? 'differs' : 'differ'}${kept}`,
    '',
  ].join('\n')
}

/** Words to the left, numbers to the right; the last column runs free. */
function align(rows: readonly (readonly string[])[]): string[] {
  const last = COLUMNS.length + 1
  const widths = Array.from({ length: last }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => {
        if (column === last) return cell
        return column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
      })
      .join('  '),
  )
}

function counted(count: number, noun: string): string {
  return `${format(count)} ${count === 1 ? noun : `${noun}s`}`
}

function format(count: number): string {
  return count.toLocaleString('en-US')
}
