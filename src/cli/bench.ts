import { GridError } from '../core/errors.ts'
import { type DayResult, runDay } from './bench/day/day.ts'
import { DAY_READINGS } from './bench/day/day-data.ts'
import { measureStartUp } from './bench/start-up.ts'
import { type EventLatency, measureEventLatency } from './bench/processors/event-latency.ts'
import { type ProcessorsResult, measureProcessors } from './bench/processors/processors.ts'
import { measureStore, storeTable } from './bench/store/store.ts'
import { measureUplink } from './bench/uplink/uplink.ts'
import { uplinkTable } from './bench/uplink/uplink-table.ts'
import { type Result, type Workload, runWorkload } from './bench/workload.ts'
import type { Args, Command } from './command.ts'

export const command: Command = {
  name: 'bench',
  summary: 'Measure an edge on this machine: durable messages a second, and latency.',
  options: {
    workload: { value: 'NAME', help: 'one of full, steady, many, quiet, or start' },
    seconds: { value: 'N', help: 'measured time of each workload', default: '10' },
    gigabytes: { value: 'N', help: 'size of the history that start is measured on', default: '10' },
    tls: { help: 'devices connect over TLS' },
    access: { help: 'devices log in with secrets, and may use their own topics only' },
    readings: { value: 'N', help: 'day: so many of them', default: String(DAY_READINGS) },
    devices: { value: 'N', help: 'day: from so many meters', default: '1000' },
    recordings: {
      value: 'FOLDER',
      help: 'store: with uci_household/ and ett/; or BUSBAR_RECORDINGS',
    },
    meters: { value: 'N', help: 'store: simulated meters', default: '300' },
    days: { value: 'N', help: 'store: of them', default: '7' },
    sites: {
      value: 'N',
      help: 'uplink: so many, each with its share of the load',
      default: '1000',
    },
    database: { value: 'URL', help: 'uplink: postgres://… for the centre (default: PGlite)' },
    json: { help: 'every figure, as JSON' },
  },
  positionals: '[day|store|processors|uplink]',
  example: 'busbar bench day --readings 10000000',
  run,
}

/** A workload before the command line has said how long, and over what. */
type Shape = Omit<Workload, 'seconds' | 'site'>

const WORKLOADS: readonly Shape[] = [
  { name: 'full', connections: 20, window: 500, ratePerSecond: undefined },
  { name: 'steady', connections: 200, window: undefined, ratePerSecond: 20_000 },
  { name: 'many', connections: 1000, window: 10, ratePerSecond: undefined },
  { name: 'quiet', connections: 1000, window: undefined, ratePerSecond: 1000 },
]
/** What the two numbers come from when nobody asks for anything else. */
const CANONICAL = ['full', 'steady']

async function run(args: Args): Promise<number> {
  const [what] = args.positionals
  if (what === 'day') return day(args)
  if (what === 'store') return store(args)
  if (what === 'processors') return processors(args)
  if (what === 'uplink') return uplink(args)
  if (what !== undefined) {
    const hint =
      'There are day, store, processors and uplink; without a word the workloads are run.'
    throw new GridError('usage', `bench ${what}: no such bench`, { hint })
  }
  if (args.optional('workload') === 'start') return startUp(args)
  const seconds = args.integer('seconds', { min: 1, max: 600 })
  const results: Result[] = []
  const site = { tls: args.flag('tls'), access: args.flag('access') }
  for (const shape of chosen(args)) results.push(await runWorkload({ ...shape, seconds, site }))
  if (args.flag('json')) process.stdout.write(`${JSON.stringify({ results }, null, 2)}\n`)
  else if (args.optional('workload') === undefined) process.stdout.write(twoNumbers(results))
  else for (const result of results) process.stdout.write(`${line(result)}\n`)
  return 0
}

/** Not among the others: it writes the whole history first. */
async function startUp(args: Args): Promise<number> {
  const result = await measureStartUp(args.integer('gigabytes', { min: 1, max: 100 }))
  const { gigabytes, points, spans, startMs } = result
  const size = `${gigabytes} GB of history in ${spans.toLocaleString('en')} spans, ${points.toLocaleString('en')} points`
  const text = `start: accepts connections after ${startMs.toFixed(0)} ms (${size})`
  process.stdout.write(args.flag('json') ? `${JSON.stringify(result)}\n` : `${text}\n`)
  return 0
}

async function day(args: Args): Promise<number> {
  const result = await runDay({
    readings: args.integer('readings', { min: 1, max: 1_000_000_000 }),
    devices: args.integer('devices', { min: 1, max: 18_000 }),
  })
  process.stdout.write(args.flag('json') ? `${JSON.stringify(result)}\n` : `${dayText(result)}\n`)
  return 0
}

async function processors(args: Args): Promise<number> {
  const given = args.integer('readings', { min: 1, max: 1_000_000_000 })
  const result = await measureProcessors(Math.min(given, PROCESSORS_READINGS))
  const events = await measureEventLatency(args.integer('seconds', { min: 1, max: 600 }))
  const text = args.flag('json')
    ? JSON.stringify({ ...result, events }, undefined, 2)
    : [processorsText(result), eventsText(events)].join('\n')
  process.stdout.write(`${text}\n`)
  return 0
}

function processorsText(result: ProcessorsResult): string {
  const { readings, readingsPerSecond, results, swapMs, modules } = result
  const count = (amount: number): string => Math.round(amount).toLocaleString('en')
  const lines = modules.map((own) => {
    const times = `cold ${own.coldMs.toFixed(1)} ms, warm ${own.warmMs.toFixed(2)} ms`
    const share = `${(own.share * 100).toFixed(0)} % of the time`
    return `  ${own.name}: ${times}; ${count(own.readings)} readings, ${share}, ${own.memoryMb.toFixed(1)} MB`
  })
  return [
    `processors: ${count(readingsPerSecond)} readings/s through all of them in one thread (${count(readings)} readings, ${count(results)} results stored)`,
    `  all replaced by other versions in a step that took ${swapMs.toFixed(1)} ms longer than the one before`,
    ...lines,
  ].join('\n')
}

function eventsText({ readingsPerSecond, events, p50Ms, p99Ms, maxMs }: EventLatency): string {
  const times = [p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(1)).join(' / ')
  return `  from a reading to its event at a subscriber, beside ${readingsPerSecond.toLocaleString('en')} readings/s: P50 / P99 / most ${times} ms (${events} events)`
}

/** They stand in memory before the clock runs. */
const PROCESSORS_READINGS = 8_000_000

async function store(args: Args): Promise<number> {
  const settings = {
    recordings: args.optional('recordings') ?? process.env['BUSBAR_RECORDINGS'],
    meters: args.integer('meters', { min: 1, max: 7000 }),
    days: args.integer('days', { min: 1, max: 366 }),
  }
  const skip = (what: string): void => {
    process.stderr.write(`skipped: ${what}\n`)
  }
  const results = await measureStore(settings, skip)
  const text = args.flag('json') ? JSON.stringify({ results }, null, 2) : storeTable(results)
  process.stdout.write(`${text}\n`)
  return 0
}

async function uplink(args: Args): Promise<number> {
  const sites = args.integer('sites', { min: 1, max: 4000 })
  const isJson = args.flag('json')
  const result = await measureUplink({
    sites,
    seconds: args.integer('seconds', { min: 1, max: 600 }),
    database: args.optional('database'),
    say: (line) => void process.stderr.write(`${line}\n`),
  })
  process.stdout.write(isJson ? `${JSON.stringify(result)}\n` : uplinkTable(result, sites / 1000))
  return 0
}

function dayText(result: DayResult): string {
  const { readings, messages, devices, seconds, ingestSeconds, diskBytes, sealedAfterwards } =
    result
  const count = (amount: number): string => Math.round(amount).toLocaleString('en')
  return [
    `day: ${count(readings)} readings of ${count(devices)} meters in ${count(messages)} messages, each acknowledged and found in history`,
    `  ${seconds.toFixed(1)} s until all was sealed; acknowledged after ${ingestSeconds.toFixed(1)} s (${count(readings / ingestSeconds)} readings/s)`,
    `  ${(diskBytes / 1e6).toFixed(1)} MB on disk (${(diskBytes / readings).toFixed(3)} bytes a reading)`,
    `  processor: edge ${result.edgeCpuSeconds.toFixed(1)} s, generator ${result.generatorCpuSeconds.toFixed(1)} s; edge ${count(result.edgePeakMb)} MB at its peak`,
    `  ${count(sealedAfterwards)} readings were sealed after the edge had stopped, as it would have within the hour`,
  ].join('\n')
}

function chosen(args: Args): readonly Shape[] {
  const name = args.optional('workload')
  if (name === undefined) {
    return args.flag('json') ? WORKLOADS : WORKLOADS.filter((each) => CANONICAL.includes(each.name))
  }
  const found = WORKLOADS.filter((each) => each.name === name)
  if (found.length > 0) return found
  const names = WORKLOADS.map((each) => each.name).join(', ')
  throw new GridError('usage', `--workload ${name}: no such workload`, {
    hint: `There are ${names} and start.`,
  })
}

function twoNumbers([full, steady]: readonly Result[]): string {
  const rate = Math.round(full?.messagesPerSecond ?? 0).toLocaleString('en')
  const p99 = steady?.p99Ms.toFixed(1)
  return `durable QoS 1 messages/s: ${rate}\nP99 at 20,000 msg/s:      ${p99} ms\n`
}

function line(result: Result): string {
  const { workload, tls, access, messagesPerSecond, p50Ms, p99Ms, p999Ms, edgeCores, edgeRssMb } =
    result
  const rate = Math.round(messagesPerSecond).toLocaleString('en')
  const latency = [p50Ms, p99Ms, p999Ms].map((ms) => ms.toFixed(2)).join(' / ')
  const edge = `edge ${edgeCores.toFixed(2)} cores, ${edgeRssMb.toFixed(0)} MB`
  return `${workload}${tls ? ' over TLS' : ''}${access ? ' with logins' : ''}: ${rate} msg/s; P50 / P99 / P99.9 ${latency} ms; ${edge}`
}
