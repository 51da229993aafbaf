import { resolve } from 'node:path'
import { formatAddress, parseAddress } from '../core/address.ts'
import { GridError } from '../core/errors.ts'
import type { Edge } from '../edge/edge.ts'
import { settledSite, takenBack } from '../edge/fleet/settled-site.ts'
import { damagedFile, isCorrupt } from '../store/damage/corrupt.ts'
import type { Args, Command } from './command.ts'

export const command: Command = {
  name: 'edge',
  summary: 'Run the edge of one substation.',
  positionals: '[enroll]',
  options: {
    site: { value: 'FILE', help: 'what is in this substation (YAML)' },
    data: { value: 'DIR', help: 'folder of the journal; made if it does not exist' },
    mqtt: { value: 'HOST:PORT', help: 'where devices connect', default: '127.0.0.1:1883' },
    http: { value: 'HOST:PORT', help: 'where people and programs ask', default: '127.0.0.1:8080' },
    centre: { value: 'URL', help: 'enroll: https://… of the centre' },
    token: { value: 'TOKEN', help: 'enroll: what busbar centre enroll has printed' },
    fingerprint: { value: 'HEX', help: 'enroll: of the CA of the centre, printed beside it' },
    trust: { value: 'KEY,…', help: 'enroll: public keys whose sets run here' },
  },
  example: 'busbar edge --site examples/demo.yaml --data var/demo',
  run,
}

/** Runs until SIGINT or SIGTERM, or until its writer fails: then whoever supervises it starts it again. Another site file it takes by itself. */
async function run(args: Args): Promise<number> {
  const [action] = args.positionals
  if (action === 'enroll') return (await import('./edge/enroll.ts')).run(args)
  if (action !== undefined)
    throw new GridError('usage', `busbar edge ${action}: nothing or enroll is needed`)
  const mqtt = parseAddress(args.required('mqtt'), '--mqtt')
  const http = parseAddress(args.required('http'), '--http')
  const directory = args.required('data')
  const siteFile = resolve(args.required('site'))
  // The file is read in a thread of its own, and meanwhile this one loads what it will need.
  const [site, { startEdge }] = await Promise.all([
    settledSite(siteFile, directory),
    import('../edge/edge.ts'),
    import('../api/server.ts'),
  ])
  const ended = Promise.withResolvers<'stop' | 'restart'>()
  ended.promise.catch(() => {})
  const onFailed = (error: GridError): void => ended.reject(error)
  const restart = (why: string): void => {
    warn(`starts again: ${why}`)
    ended.resolve('restart')
  }
  const settings = { site, siteFile, directory, mqtt, http, onFailed, restart, report, warn }
  const edge = await startEdge(settings).catch((thrown: unknown) => {
    if (takenBack(siteFile, directory, thrown)) return undefined
    throw isCorrupt(thrown) ? damagedFile(directory, thrown) : thrown
  })
  if (edge === undefined) return startAgain()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => ended.resolve('stop'))
  process.stdout.write(readyLines(edge))
  let end: 'stop' | 'restart'
  try {
    end = await ended.promise
  } finally {
    await edge.stop()
  }
  return end === 'stop' ? 0 : startAgain()
}

function warn(text: string): void {
  process.stderr.write(`busbar: ${text}\n`)
}

function report(fault: unknown): void {
  warn(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault))
}

/** In the place of this process, under its number: whoever supervises it notices nothing. */
function startAgain(): number {
  const words = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.removeAllListeners('warning') // That it is new in Node.js is nothing that an operator could do about.
  if (process.execve !== undefined) process.execve(process.execPath, words, process.env)
  return START_AGAIN
}

/** Of sysexits.h, EX_TEMPFAIL: whoever supervises it is to start it again. */
const START_AGAIN = 75

/** Programs wait for the first line; each listener of the site file has one more. */
function readyLines({ mqtt, http, listeners }: Edge): string {
  const lines = [`ready mqtt=${formatAddress(mqtt)} http=${formatAddress(http)}\n`]
  for (const [name, address] of listeners) lines.push(`ready ${name}=${formatAddress(address)}\n`)
  return lines.join('')
}
