import type { IClientOptions } from 'mqtt'
import { type Address, formatAddress, isLoopbackHost } from '../core/address.ts'
import { GridError } from '../core/errors.ts'
import { assertLimits, limits } from '../core/limits.ts'
import { HttpCredentials } from '../edge/http-credentials.ts'
import type { PasswordHash } from '../core/password-hash.ts'
import { FolderLock } from '../store/folder-lock.ts'
import type { Database } from './database/database.ts'
import { migrate } from './database/migrations.ts'
import { BrokerClient } from './broker-client.ts'
import { openBroker } from './embedded-broker.ts'
import { operationsOf } from './api/operations.ts'
import { type HealthProblem, problemsOf } from './health.ts'
import { startHttp } from './http.ts'
import { type Ask, Inbox } from './inbox.ts'
import { Devices } from './inventory/devices.ts'
import { Ledger } from './ledger.ts'
import { CentreMetrics } from './metrics.ts'
import { Housekeeping } from './housekeeping.ts'
import type { Kept } from './records/kept.ts'
import { Partitions } from './records/partitions.ts'
import { Records } from './records/records.ts'
import { Retention } from './records/retention.ts'
import { Reconciler } from './reconciliation/reconciler.ts'
import { Reliability } from './reliability/reliability.ts'
import { SiteGatekeeper } from './site-gatekeeper.ts'
import { centreUsers } from './users.ts'
import { Worker } from './worker.ts'

export interface CentreSettings {
  readonly database:
    | { readonly kind: 'embedded'; readonly directory: string }
    | { readonly kind: 'server'; readonly url: string }
  readonly broker:
    | {
        readonly kind: 'embedded'
        readonly address: Address
        /** Undefined: whoever comes is the site that it says it is. */
        readonly sites: ReadonlyMap<string, PasswordHash> | undefined
        readonly tls: { readonly certificate: string; readonly key: string } | undefined
      }
    | { readonly kind: 'server'; readonly url: string; readonly options: IClientOptions }
  readonly http: Address
  readonly kept: Kept
  /** Undefined: HTTP is in the clear. */
  readonly httpTls: { readonly certificate: string; readonly key: string } | undefined
  /** Passwords from other machines are taken without TLS, too. */
  readonly plainLogins: boolean
  readonly report: (fault: unknown) => void
  readonly warn: (text: string) => void
}

export interface Centre {
  /** Undefined: the broker is another program. */
  readonly mqtt: Address | undefined
  readonly http: Address
  stop(): Promise<void>
}

/** Workers of one centre share what sites send. */
const GROUP = 'busbar'

/** Up: database, broker, worker, HTTP. Down: the same backwards. */
export async function startCentre(settings: CentreSettings): Promise<Centre> {
  assertLimits()
  await using started = new AsyncDisposableStack()
  const database = await openDatabase(settings.database, started)
  await migrate(database)
  const { warn, report, kept } = settings
  const partitions = new Partitions(database, kept)
  const retention = new Retention(database, partitions, kept)
  const ask: Ask = (site, question) => worker.ask(site, question)
  const inbox = new Inbox(database, partitions, ask)
  const worker: Worker = new Worker({ inbox, warn })
  const mqtt = await openRoad(settings.broker, worker, started)
  started.defer(async () => worker.stop())
  const reconciler = new Reconciler(database, ask)
  const housekeeping = new Housekeeping({ retention, reconciler, warn })
  started.defer(async () => housekeeping.stop())
  const ledger = new Ledger(database)
  const metrics = new CentreMetrics({ inbox, worker, ledger, retention })
  const records = new Records(database)
  const devices = new Devices(database)
  const reliability = new Reliability(database)
  const asks = { ledger, records, devices, reliability, retention, reconciler }
  const operations = operationsOf(asks)
  const problems = (): readonly HealthProblem[] => problemsOf(worker, housekeeping)
  const { http: address, plainLogins } = settings
  const credentials = httpCredentials(settings, started)
  const isSecure = credentials !== undefined
  const users = centreUsers({ database, http: address, isSecure, plainLogins, warn })
  const tls = credentials?.options
  const http = await startHttp({ address, operations, metrics, problems, users, tls, report })
  credentials?.useWith((options) => http.renew(options))
  started.defer(async () => http.stop())
  const running = started.move()
  return {
    mqtt,
    http: http.address,
    stop: async () => running.disposeAsync(),
  }
}

function httpCredentials(
  { httpTls, warn }: CentreSettings,
  started: AsyncDisposableStack,
): HttpCredentials | undefined {
  if (httpTls === undefined) return undefined
  const credentials = new HttpCredentials({ ...httpTls, minimumVersion: 'TLSv1.3' }, warn)
  const looker = setInterval(() => credentials.files.look(), limits.certificateLookMs)
  started.defer(() => clearInterval(looker))
  return credentials
}

/** Each brings its package: who has a server does not load the other. */
async function openDatabase(
  settings: CentreSettings['database'],
  started: AsyncDisposableStack,
): Promise<Database> {
  if (settings.kind === 'server') {
    const { openPostgres } = await import('./database/postgres-database.ts')
    const database = await openPostgres(settings.url)
    started.defer(async () => database.close())
    return database
  }
  const lock = new FolderLock(settings.directory)
  started.defer(() => lock.release())
  const { openEmbedded } = await import('./database/embedded-database.ts')
  const database = await openEmbedded(settings.directory)
  started.defer(async () => database.close())
  return database
}

/** Resolves with where sites connect, if that is here. Open until the worker has stopped, so that its last commit is acknowledged. */
async function openRoad(
  settings: CentreSettings['broker'],
  worker: Worker,
  started: AsyncDisposableStack,
): Promise<Address | undefined> {
  if (settings.kind === 'server') {
    const client = new BrokerClient({ ...settings, group: GROUP }, worker)
    worker.connect(client)
    started.defer(async () => client.stop())
    return undefined
  }
  const { address, sites, tls } = settings
  if (sites === undefined && !isLoopbackHost(address.host)) {
    throw new GridError('usage', `sites from elsewhere reach ${formatAddress(address)}`, {
      hint: 'Give a file with --sites, so that they have to show a password; or listen on 127.0.0.1.',
    })
  }
  const broker = await openBroker({ address, gatekeeper: new SiteGatekeeper(sites), tls }, worker)
  worker.connect(broker)
  started.defer(async () => broker.stop())
  return broker.address
}
