import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { IClientOptions } from 'mqtt'
import { formatAddress, parseAddress } from '../core/address.ts'
import { GridError } from '../core/errors.ts'
import { type CentreSettings, startCentre } from '../centre/centre.ts'
import { readKept } from '../centre/records/kept.ts'
import { readSites } from '../centre/site-gatekeeper.ts'
import { enroll, revocations, revoke } from './centre/enroll.ts'
import { reconcile } from './centre/reconcile.ts'
import type { Args, Command } from './command.ts'

export const command: Command = {
  name: 'centre',
  summary: 'Take in what the edges of many substations send.',
  positionals: '[enroll | revoke | revocations | reconcile]',
  options: {
    data: { value: 'DIR', help: 'folder of its own database, made if it does not exist' },
    database: {
      value: 'URL',
      help: 'postgres://… instead of --data; the password may be in PGPASSWORD',
    },
    mqtt: { value: 'HOST:PORT', help: 'where edges connect', default: '127.0.0.1:1884' },
    sites: { value: 'FILE', help: 'a line for each site: its id and the hash of its password' },
    certificate: { value: 'FILE', help: 'TLS for --mqtt: certificate with its chain (PEM)' },
    key: { value: 'FILE', help: 'its private key' },
    broker: {
      value: 'URL',
      help: 'mqtts://… instead of --mqtt: a broker or cluster that edges connect to',
    },
    user: { value: 'NAME', help: 'of this centre at --broker; its password is in BUSBAR_PASSWORD' },
    ca: { value: 'FILE', help: 'CA of the certificate of --broker (PEM)' },
    http: { value: 'HOST:PORT', help: 'where people and programs ask', default: '127.0.0.1:8081' },
    'keep-events': { value: 'TIME', help: 'how long events are kept, e.g. 400d', default: '3y' },
    'keep-aggregates': { value: 'TIME', help: 'how long aggregates are kept', default: '3y' },
    'http-certificate': { value: 'FILE', help: 'TLS for --http: certificate with its chain (PEM)' },
    'http-key': { value: 'FILE', help: 'its private key' },
    authority: {
      value: 'DIR',
      help: 'folder of its own CA, made if it does not exist: sites come with certificates, --mqtt and --http are TLS',
    },
    names: { value: 'HOST,…', help: 'by which sites reach it, for its certificate' },
    site: { value: 'ID', help: 'enroll, revoke, reconcile: the site' },
    out: { value: 'FILE', help: 'revocations: where to; as PEM, for crlfile of Mosquitto' },
    serial: { value: 'HEX', help: 'revoke: one certificate' },
    url: {
      value: 'URL',
      help: 'enroll, revoke, revocations, reconcile: HTTP address of the centre',
      default: 'https://127.0.0.1:8081',
    },
    from: { value: 'TIME', help: 'reconcile: from this hour on, a week before --to by default' },
    to: { value: 'TIME', help: 'reconcile: before this hour, two hours ago by default' },
    'plain-logins': {
      help: 'take passwords and tokens from other machines without TLS, too',
    },
  },
  example: 'busbar centre --data var/centre',
  run,
}

async function run(args: Args): Promise<number> {
  const [action] = args.positionals
  if (action === 'enroll') return enroll(args)
  if (action === 'revoke') return revoke(args)
  if (action === 'revocations') return revocations(args)
  if (action === 'reconcile') return reconcile(args)
  if (action !== undefined)
    throw new GridError(
      'usage',
      `busbar centre ${action}: nothing, enroll, revoke, revocations or reconcile is needed`,
    )
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const say = (text: string): void => void process.stderr.write(`busbar: ${text}\n`)
  const centre = await startCentre({
    database: databaseOf(args),
    broker: brokerOf(args),
    http: parseAddress(args.required('http'), '--http'),
    kept: {
      events: readKept(args.required('keep-events'), '--keep-events'),
      aggregates: readKept(args.required('keep-aggregates'), '--keep-aggregates'),
    },
    httpTls: pairOf(args, 'http-certificate', 'http-key'),
    authority: authorityOf(args),
    plainLogins: args.flag('plain-logins'),
    report: (fault) => say(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)),
    warn: say,
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  const mqtt = centre.mqtt === undefined ? '' : ` mqtt=${formatAddress(centre.mqtt)}`
  process.stdout.write(`ready${mqtt} http=${formatAddress(centre.http)}\n`)
  await ended
  await centre.stop()
  return 0
}

function databaseOf(args: Args): CentreSettings['database'] {
  const url = args.optional('database')
  const directory = args.optional('data')
  if (url !== undefined && directory === undefined) {
    if (/^postgres(?:ql)?:\/\//.test(url)) return { kind: 'server', url }
    throw new GridError('usage', '--database: postgres://HOST:PORT/NAME is needed')
  }
  if (url === undefined && directory !== undefined) return { kind: 'embedded', directory }
  throw new GridError('usage', 'either --data or --database is needed', {
    hint: `Example: ${command.example}`,
  })
}

function brokerOf(args: Args): CentreSettings['broker'] {
  const url = args.optional('broker')
  if (url !== undefined) return { kind: 'server', url, options: clientOptions(args) }
  const sites = args.optional('sites')
  return {
    kind: 'embedded',
    address: parseAddress(args.required('mqtt'), '--mqtt'),
    sites: sites === undefined ? undefined : readSites(sites),
    tls: pairOf(args, 'certificate', 'key'),
  }
}

function pairOf(
  args: Args,
  certificateName: string,
  keyName: string,
): { readonly certificate: string; readonly key: string } | undefined {
  const certificate = args.optional(certificateName)
  const key = args.optional(keyName)
  if ((certificate === undefined) !== (key === undefined))
    throw new GridError('usage', `--${certificateName} and --${keyName} belong together`)
  return certificate === undefined || key === undefined ? undefined : { certificate, key }
}

/** On this machine it is reached by these names, and elsewhere by those that it is told. */
function authorityOf(args: Args): CentreSettings['authority'] {
  const folder = args.optional('authority')
  if (folder === undefined) return undefined
  const given = args.optional('names')?.split(',') ?? []
  return { folder, names: [...new Set([...given, hostname(), 'localhost', '127.0.0.1'])] }
}

function clientOptions(args: Args): IClientOptions {
  const username = args.optional('user')
  const password = process.env['BUSBAR_PASSWORD']
  const ca = args.optional('ca')
  return {
    ...(username === undefined ? {} : { username }),
    ...(username === undefined || password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
  }
}
