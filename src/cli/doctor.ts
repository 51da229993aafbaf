import { formatTime } from '../core/time.ts'
import { prepareFolder } from '../store/damage/prepare-folder.ts'
import { examine } from '../store/doctor/doctor.ts'
import type { Finding, Progress } from '../store/doctor/finding.ts'
import { FolderLock } from '../store/folder-lock.ts'
import type { Command } from './command.ts'
import { requireFolder } from './store/folder.ts'
import { ProgressLine } from './store/progress-line.ts'

/** Findings that are printed one by one; a disk that is gone would fill the terminal. */
const LISTED = 200

export const command: Command = {
  name: 'doctor',
  summary: 'Check every row, span and page of a data folder, and mend what can be mended.',
  options: {
    data: { value: 'DIR', help: 'data folder of an edge, running or not' },
    repair: {
      help: 'put damaged files aside and move what can be read into new ones; no edge may run',
    },
    json: { help: 'the findings as JSON' },
  },
  example: 'busbar doctor --data /var/lib/busbar',
  run: async (args) => {
    const directory = args.required('data')
    requireFolder(directory)
    const line = new ProgressLine(process.stderr)
    if (args.flag('repair')) repair(directory)
    const findings: Finding[] = []
    let count = 0
    for (const step of examine(directory)) {
      if (isProgress(step)) line.show(step)
      else if (++count <= LISTED) findings.push(step)
    }
    line.clear()
    process.stdout.write(
      args.flag('json')
        ? `${JSON.stringify({ healthy: count === 0, count, findings: findings.map(jsonOf) })}\n`
        : textOf(findings, count),
    )
    return count === 0 ? 0 : 1
  },
}

/** The lock keeps an edge out while the files change places. */
function repair(directory: string): void {
  const lock = new FolderLock(directory)
  try {
    const { report } = prepareFolder(directory, true)
    const words =
      report.length === 0 ? ['Nothing to repair: every page of both files is whole.'] : report
    process.stderr.write(words.map((each) => `${each}\n`).join(''))
  } finally {
    lock.release()
  }
}

function isProgress(step: Finding | Progress): step is Progress {
  return 'what' in step
}

function jsonOf({ from, to, ...finding }: Finding): Record<string, string> {
  const times =
    from === undefined || to === undefined ? {} : { from: formatTime(from), to: formatTime(to) }
  return { ...finding, ...times }
}

function textOf(findings: readonly Finding[], count: number): string {
  if (count === 0) return 'Nothing is wrong.\n'
  const lines = findings.flatMap(({ file, text, device, from, to, advice }) => {
    const whose = device === undefined ? '' : `, device ${device}`
    const time =
      from === undefined || to === undefined ? '' : `, ${formatTime(from)} to ${formatTime(to)}`
    return [`${file}${whose}${time}: ${text}`, `    ${advice}`]
  })
  const more = count > findings.length ? [`and ${count - findings.length} more`] : []
  return [...lines, ...more, `${count} ${count === 1 ? 'thing is' : 'things are'} wrong.`, ''].join(
    '\n',
  )
}
