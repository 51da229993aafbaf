import { join } from 'node:path'
import { formatAddress, parseAddress } from '../core/address.ts'
import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { UplinkSettings } from '../edge/site/uplink.ts'
import type { Args, Command } from './command.ts'
import { CentreProcess } from './fleet/centre-process.ts'
import { Drill, type DrillResult } from './fleet/drill.ts'
import { resultText } from './fleet/drill-text.ts'
import { Scratch } from './fleet/scratch.ts'

export const command: Command = {
  name: 'simulate fleet',
  summary: 'Simulate many sites that send to one centre, and audit what arrived.',
  options: {
    sites: { value: 'N', help: 'each with an outbox and a connection of its own', default: '100' },
    rate: { value: 'R', help: 'records per second, all sites together', default: '2000' },
    duration: { value: 'SECONDS', help: 'for so long sites find something', default: '30' },
    backlog: { value: 'N', help: 'records of each site before it connects', default: '0' },
    storm: { help: 'all connections break at once, half-way' },
    faults: { help: 'cuts, slow and mute links, reboots, repeats; restarts of its own centre' },
    seed: { value: 'N', help: 'the same seed has the same faults', default: '1' },
    data: { value: 'DIR', help: 'folder for the outboxes (default: a temporary one, in memory)' },
    database: { value: 'URL', help: 'postgres://… for its own centre (default: PGlite)' },
    url: { value: 'URL', help: 'mqtt[s]://… of the broker of a centre that runs already' },
    http: { value: 'HOST:PORT', help: 'of the centre at --url, for the audit' },
    broker: { value: 'URL', help: 'of another program, for its own centre and the sites' },
    user: { value: 'NAME', help: 'at the broker; {site}: the id of the site', default: '{site}' },
    password: { value: 'FILE', help: 'its first line; {site} in the name, as in the next' },
    ca: { value: 'FILE', help: 'CA of the broker (PEM)' },
    certificate: { value: 'FILE', help: 'of a site (PEM)' },
    key: { value: 'FILE', help: 'its private key' },
    json: { help: 'the result as JSON' },
  },
  example: 'busbar simulate fleet --sites 50 --duration 10 --faults',
  run,
}

async function run(args: Args): Promise<number> {
  await using started = new AsyncDisposableStack()
  const directory = args.optional('data') ?? started.use(new Scratch('busbar-fleet-')).folder
  const centre = await centreOf(args, directory, started)
  const faults = args.flag('faults')
  const sites = args.integer('sites', { min: 1, max: limits.connections - 96 })
  const drill = new Drill({
    sites,
    recordsPerSecond: args.integer('rate', { min: 0, max: 1_000_000 }),
    seconds: args.integer('duration', { min: 1, max: 86_400 }),
    backlog: args.integer('backlog', { min: 0, max: 10_000_000 }),
    seed: args.integer('seed', { min: 0, max: 2 ** 32 - 1 }),
    hasFaults: faults,
    hasStorm: args.flag('storm'),
    directory: join(directory, 'sites'),
    uplink: (site) => uplinkOf(args, centre.url, site),
    http: centre.http,
    centre: centre.own,
    say: args.flag('json') ? () => {} : (line) => void process.stdout.write(`${line}\n`),
  })
  const result = await drill.run()
  process.stdout.write(args.flag('json') ? `${JSON.stringify(result)}\n` : resultText(result))
  return isSound(result) ? 0 : 1
}

export function isSound({ audit, isSettled }: DrillResult): boolean {
  return isSettled && audit.faults.length === 0
}

interface CentrePlace {
  readonly url: string
  readonly http: string
  readonly own: CentreProcess | undefined
}

async function centreOf(
  args: Args,
  directory: string,
  started: AsyncDisposableStack,
): Promise<CentrePlace> {
  const url = args.optional('url')
  if (url !== undefined) {
    const http = formatAddress(parseAddress(args.required('http'), '--http'))
    return { url, http, own: undefined }
  }
  if (args.optional('http') !== undefined)
    throw new GridError('usage', '--http is that of a centre at --url, which is missing')
  const database = args.optional('database')
  const broker = args.optional('broker')
  const own = await CentreProcess.start([
    ...(database === undefined ? ['--data', join(directory, 'centre')] : ['--database', database]),
    ...(broker === undefined ? [] : ['--broker', broker]),
  ])
  started.defer(async () => own.stop())
  return { url: broker ?? `mqtt://${own.mqtt}`, http: own.http, own }
}

function uplinkOf(args: Args, url: string, site: string): UplinkSettings {
  const own = (name: string): string | undefined => args.optional(name)?.replaceAll('{site}', site)
  return {
    url,
    user: own('user'),
    passwordFile: own('password'),
    ca: own('ca'),
    certificate: own('certificate'),
    key: own('key'),
    backfillRecordsPerSecond: limits.backfillRecordsPerSecond,
    oneWay: false,
    repeatAfterSeconds: [],
  }
}
