import { formatAddress, parseAddress } from '../core/address.ts'
import type { GridError } from '../core/errors.ts'
import { type Edge, startEdge } from '../edge/edge.ts'
import { loadSite } from '../edge/site/site.ts'
import { damagedFile, isCorrupt } from '../store/damage/corrupt.ts'
import type { Args, Command } from './command.ts'

export const command: Command = {
  name: 'edge',
  summary: 'Run the edge of one substation.',
  options: {
    site: { value: 'FILE', help: 'what is in this substation (YAML)' },
    data: { value: 'DIR', help: 'folder of the journal; made if it does not exist' },
    mqtt: { value: 'HOST:PORT', help: 'where devices connect', default: '127.0.0.1:1883' },
    http: { value: 'HOST:PORT', help: 'where people and programs ask', default: '127.0.0.1:8080' },
  },
  example: 'busbar edge --site examples/demo.yaml --data var/demo',
  run,
}

/** Runs until SIGINT or SIGTERM, or until its writer fails: then whoever supervises it starts it again. */
async function run(args: Args): Promise<number> {
  const mqtt = parseAddress(args.required('mqtt'), '--mqtt')
  const http = parseAddress(args.required('http'), '--http')
  const site = loadSite(args.required('site'))
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  ended.catch(() => {})
  const onFailed = (error: GridError): void => reject(error)
  const report = (fault: unknown): void => {
    process.stderr.write(
      `busbar: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`,
    )
  }
  const warn = (text: string): void => {
    process.stderr.write(`busbar: ${text}\n`)
  }
  const directory = args.required('data')
  const edge = await startEdge({ site, directory, mqtt, http, onFailed, report, warn }).catch(
    (thrown: unknown) => {
      throw isCorrupt(thrown) ? damagedFile(directory, thrown) : thrown
    },
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  process.stdout.write(readyLines(edge))
  try {
    await ended
  } finally {
    await edge.stop()
  }
  return 0
}

/** Programs wait for the first line; each listener of the site file has one more. */
function readyLines({ mqtt, http, listeners }: Edge): string {
  const lines = [`ready mqtt=${formatAddress(mqtt)} http=${formatAddress(http)}\n`]
  for (const [name, address] of listeners) lines.push(`ready ${name}=${formatAddress(address)}\n`)
  return lines.join('')
}
