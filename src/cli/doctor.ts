import { parseAddress } from '../core/address.ts'
import { GridError } from '../core/errors.ts'
import { Micros, formatTime } from '../core/time.ts'
import { loadSite } from '../edge/site/site.ts'
import { prepareFolder } from '../store/damage/prepare-folder.ts'
import { examine } from '../store/doctor/doctor.ts'
import type { Finding, Progress } from '../store/doctor/finding.ts'
import { FolderLock } from '../store/folder-lock.ts'
import type { Args, Command } from './command.ts'
import { answersOf } from './doctor/answers.ts'
import { textOfChecks } from './doctor/check.ts'
import { diskChecks, roomIn } from './doctor/disk.ts'
import { logTail } from './doctor/log-tail.ts'
import { isClockKept, machineChecks } from './doctor/machine.ts'
import { nodeFindings } from './doctor/node-findings.ts'
import { portChecks } from './doctor/ports.ts'
import { requireJson, writeSupportBundle } from './doctor/support-bundle.ts'
import { requireFolder } from './store/folder.ts'
import { ProgressLine } from './store/progress-line.ts'

/** Findings that are printed one by one; a disk that is gone would fill the terminal. */
const LISTED = 200
const HERE = '127.0.0.1:8080'
/** Of the disk; an edge that thins by itself stays below. */
const LITTLE_ROOM = 0.05
const LITTLE_BYTES = 5e9

export const command: Command = {
  name: 'doctor',
  summary:
    'Say what is wrong with a node or its data folder and what to do; look at a machine before.',
  options: {
    data: {
      value: 'DIR',
      help: 'data folder of an edge, running or not: every row, span and page',
    },
    url: { value: 'HOST:PORT', help: `a running edge; without --data ${HERE}` },
    repair: {
      help: 'put damaged files aside and move what can be read into new ones; no edge may run',
    },
    preflight: { help: 'whether this machine is fit for an edge, before anything is installed' },
    mqtt: { value: 'HOST:PORT', help: '--preflight: to be free', default: '127.0.0.1:1883' },
    http: { value: 'HOST:PORT', help: '--preflight: to be free', default: HERE },
    bundle: {
      value: 'FILE',
      help: 'write what support needs, without readings, names and secrets',
    },
    to: {
      value: 'WHOM',
      help: '--bundle: centre, for people of the utility, or outside',
      default: 'outside',
    },
    site: { value: 'FILE', help: '--bundle: site file, for its settings and rules' },
    log: {
      value: 'FILE',
      help: '--bundle: log of the edge; default: what systemd keeps of busbar',
    },
    json: { help: 'the findings as JSON' },
  },
  example: 'busbar doctor --data /var/lib/busbar',
  run: async (args) => {
    if (args.flag('preflight')) return preflight(args)
    if (args.optional('bundle') !== undefined) return bundle(args)
    return look(args)
  },
}

async function look(args: Args): Promise<number> {
  const directory = args.optional('data')
  const url = args.optional('url') ?? (directory === undefined ? HERE : undefined)
  if (directory !== undefined) requireFolder(directory)
  const line = new ProgressLine(process.stderr)
  if (args.flag('repair')) repair(args.required('data'))
  const findings: Finding[] = url === undefined ? [] : [...(await nodeSteps(url))]
  let count = findings.length
  for (const step of directory === undefined ? [] : folderSteps(directory)) {
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
}

/** How an edge is that runs, and the machine under it. */
async function nodeSteps(url: string): Promise<readonly Finding[]> {
  const answers = await answersOf(url)
  const clock: Finding = {
    file: 'clock',
    text: 'is not synchronised',
    advice: 'chronyc tracking says why; readings without a time of their own get this one.',
  }
  const clocks = isClockKept() === false ? [clock] : []
  if (typeof answers !== 'string') return [...nodeFindings(answers, now()), ...clocks]
  const advice =
    'systemctl status busbar and journalctl -u busbar -n 50 say why; in a cluster kubectl logs. Then busbar doctor --data DIR.'
  return [{ file: 'edge', text: answers, advice }, ...clocks]
}

function* folderSteps(directory: string): Generator<Finding | Progress> {
  const { free, total } = roomIn(directory)
  if (free < LITTLE_BYTES && free < total * LITTLE_ROOM)
    yield {
      file: 'disk',
      text: `is nearly full: ${(free / 1e9).toFixed(1)} of ${(total / 1e9).toFixed(0)} GB are free`,
      advice:
        'Make room anywhere on it but in the data folder, or set a lower retention.diskBudget in the site file.',
    }
  yield* examine(directory)
}

async function preflight(args: Args): Promise<number> {
  const addresses = [
    parseAddress(args.required('mqtt'), '--mqtt'),
    parseAddress(args.required('http'), '--http'),
  ]
  const folder = args.optional('data') ?? '/var/lib/busbar'
  const checks = [...machineChecks(), ...diskChecks(folder), ...(await portChecks(addresses))]
  const isReady = checks.every(({ state }) => state !== 'bad')
  process.stdout.write(
    args.flag('json')
      ? `${JSON.stringify({ ready: isReady, checks }, undefined, 1)}\n`
      : textOfChecks(checks),
  )
  return isReady ? 0 : 1
}

async function bundle(args: Args): Promise<number> {
  const path = args.required('bundle')
  requireJson(path)
  const destination = args.required('to')
  if (destination !== 'centre' && destination !== 'outside')
    throw new GridError('usage', `--to ${destination}: either centre or outside is needed`)
  const directory = args.optional('data')
  if (directory !== undefined) requireFolder(directory)
  const site = args.optional('site')
  if (site === undefined && directory === undefined)
    throw new GridError('usage', '--bundle: --site or --data is needed as well', {
      hint: 'They name the devices, whose names are then taken out of the log.',
    })
  const stayed = await writeSupportBundle(path, {
    site: site === undefined ? undefined : loadSite(site),
    directory,
    answers: await answersOf(args.optional('url') ?? HERE),
    machine: [...machineChecks(), ...(directory === undefined ? [] : diskChecks(directory))],
    log: logTail(args.optional('log')),
    now: now(),
    destination,
  })
  const left = stayed.map((each) => `left out, ${each}\n`)
  process.stdout.write(`${left.join('')}${path}: read it, then send it.\n`)
  return 0
}

function now(): Micros {
  return Micros(Date.now() * 1000)
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
