import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { Cgroup } from './proof/cgroup.ts'
import { type Second, lateness } from './proof/seconds.ts'
import { Waits } from './proof/waits.ts'

/**
 * The whole edge (broker, journal, processors, console, metrics), as the image starts it, inside a cgroup of 2 cores and 512 MB: how much it has when
 * nobody is there, and whether it keeps up with 1,000 devices and 10,000 readings a second. Exit code 1: it does not.
 */
const root = join(import.meta.dirname, '..')
const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    messages: { type: 'string', default: '1400' },
    idle: { type: 'string', default: '75' },
  },
})
const HERE = '127.0.0.1:0'
const BUDGET = { cores: 2, megabytes: 512 }
const LEAST_READINGS = 10_000
const IDLE_MEGABYTES = 120
/** 0: how much memory it has alone is not asked. */
const IDLE_SECONDS = Number(given.idle)
/** Later than that an acknowledgement, or a processor, is late. */
const LATE_MS = 1000
const LATE_READINGS = 50_000

const folder = mkdtempSync(join(tmpdir(), 'busbar-proof-'))
const processes: ChildProcess[] = []
try {
  process.exitCode = (await prove()) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}

async function prove(): Promise<boolean> {
  const program = join(folder, 'program')
  execFileSync(process.execPath, [join(root, 'tools/build-bundle.ts'), program])
  const group = groupOrNone()
  try {
    say(group?.what ?? 'no cgroup can be made here: memory is measured, not limited')
    const main = [process.execPath, '--max-semi-space-size=1', join(program, 'lib/busbar/main.js')]
    const site = join(program, 'examples/demo.yaml')
    const where = ['--site', site, '--data', join(folder, 'data'), '--mqtt', HERE, '--http', HERE]
    const words = [...main, 'edge', ...where]
    const edge = start(group?.within(words) ?? words)
    const figures = await measure(edge, main, group)
    await end(edge)
    for (const line of lateness(figures.each)) say(line)
    say(
      `     ${figures.cores.toFixed(2)} cores, ${figures.worst.resident.toFixed(0)} MB resident at most`,
    )
    if (group !== undefined)
      say(
        `     the group had ${group.peakMegabytes.toFixed(0)} MB at most, the cache of the kernel among it, and was held back for ${group.throttledSeconds.toFixed(1)} of ${figures.seconds.toFixed(0)} s`,
      )
    return judge(figures)
  } finally {
    for (const each of processes) await end(each)
    group?.[Symbol.dispose]()
  }
}

interface Figures {
  /** Resident memory without a device. */
  readonly idle: number
  readonly worst: { p99: number; behind: number; resident: number }
  readonly rate: number
  readonly cores: number
  readonly seconds: number
  readonly isComplete: boolean
  readonly each: readonly Second[]
}

async function measure(
  edge: ChildProcess,
  main: readonly string[],
  group: Cgroup | undefined,
): Promise<Figures> {
  const { mqtt, http } = await addressesOf(edge)
  await sleep(IDLE_SECONDS * 1000)
  const idle = residentMegabytes(edge)
  const worst = { p99: 0, behind: 0, resident: idle }
  const before = await metricsOf(http)
  const startMs = performance.now()
  const rate = ['--devices', '1000', '--rate', given.messages, '--json']
  const duration = ['--duration', String(Math.ceil(Number(given.minutes) * 60))]
  const load = start([...main, 'simulate', '--mqtt', mqtt, ...rate, ...duration])
  // As a person and a Prometheus do meanwhile.
  const timer = setInterval(() => void look(), 5000)
  const commits = setInterval(() => void lookAtCommit(), 1000)
  let commitMs = 0
  const lookAtCommit = async (): Promise<void> => {
    commitMs = 1000 * ((await metricsOf(http)).get('busbar_store_commit_last_seconds') ?? 0)
  }
  const look = async (): Promise<void> => {
    const metrics = await metricsOf(http)
    await (await fetch(`http://${http}/ui/main.ts`)).text()
    worst.behind = Math.max(worst.behind, metrics.get('busbar_processors_behind_readings') ?? 0)
    worst.resident = Math.max(worst.resident, residentMegabytes(edge))
  }
  let last: Progress | undefined
  const each: Second[] = []
  const waits = { edge: new Waits(edge.pid ?? 0), load: new Waits(load.pid ?? 0) }
  let throttled = group?.throttledSeconds ?? 0
  for await (const line of createInterface({ input: load.stdout as NodeJS.ReadableStream })) {
    last = JSON.parse(line) as Progress
    worst.p99 = Math.max(worst.p99, last.ackP99Ms ?? 0)
    const throttledBefore = throttled
    throttled = group?.throttledSeconds ?? 0
    each.push({
      p50Ms: last.ackP50Ms ?? 0,
      p99Ms: last.ackP99Ms ?? 0,
      edgeWaitedMs: waits.edge.takeMs(),
      loadWaitedMs: waits.load.takeMs(),
      throttledMs: 1000 * (throttled - throttledBefore),
      commitMs,
    })
  }
  clearInterval(timer)
  clearInterval(commits)
  const seconds = (performance.now() - startMs) / 1000
  const after = await metricsOf(http)
  const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0)
  const isComplete =
    last !== undefined && last.dropped === 0 && last.refused === 0 && last.waiting === 0
  return {
    idle,
    worst,
    rate: grown('busbar_ingest_readings_total{outcome="stored"}') / seconds,
    cores: grown('busbar_process_cpu_seconds_total') / seconds,
    seconds,
    isComplete,
    each,
  }
}

interface Progress {
  readonly ackP50Ms: number | null
  readonly ackP99Ms: number | null
  readonly dropped: number
  readonly refused: number
  readonly waiting: number
}

function judge({ idle, rate, worst, isComplete }: Figures): boolean {
  const checks: readonly (readonly [string, boolean])[] = [
    [
      `${rate.toFixed(0)} readings a second stored, at least ${LEAST_READINGS}`,
      rate >= LEAST_READINGS,
    ],
    [
      `99 % acknowledged within ${worst.p99.toFixed(0)} ms at worst, below ${LATE_MS}`,
      worst.p99 < LATE_MS,
    ],
    [
      `processors ${worst.behind} readings behind at most, below ${LATE_READINGS}`,
      worst.behind < LATE_READINGS,
    ],
    ['every message was acknowledged, none refused', isComplete],
    ...(IDLE_SECONDS > 0
      ? [
          [
            `idle ${idle.toFixed(0)} MB resident, below ${IDLE_MEGABYTES}`,
            idle < IDLE_MEGABYTES,
          ] as const,
        ]
      : []),
  ]
  for (const [text, isTrue] of checks) say(`${isTrue ? 'yes' : 'NO '}  ${text}`)
  const isProven = checks.every(([, isTrue]) => isTrue)
  say(isProven ? 'passed' : 'FAILED')
  return isProven
}

function groupOrNone(): Cgroup | undefined {
  try {
    return new Cgroup('busbar-proof', BUDGET)
  } catch {
    return undefined
  }
}

function start(words: readonly string[]): ChildProcess {
  const [program = '', ...rest] = words
  const env = { ...process.env, MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' }
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  processes.push(child)
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function addressesOf(edge: ChildProcess): Promise<{ mqtt: string; http: string }> {
  const lines = createInterface({ input: edge.stdout as NodeJS.ReadableStream })
  for await (const line of lines) {
    const [, mqtt, http] = /^ready mqtt=(\S+) http=(\S+)/.exec(line) ?? []
    if (mqtt !== undefined && http !== undefined) return { mqtt, http }
  }
  throw new Error('the edge ended before it was ready')
}

async function metricsOf(http: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://${http}/metrics`)).text()
  const rows = text.matchAll(/^(busbar_\w+(?:\{[^}]*\})?) (\S+)$/gm)
  return new Map([...rows].map(([, name = '', value]) => [name, Number(value)]))
}

function residentMegabytes({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

async function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
