import type { SecureContextOptions } from 'node:tls'
import type { IClientOptions } from 'mqtt'
import { type Address, formatAddress, isLoopbackHost } from '../core/address.ts'
import { GridError } from '../core/errors.ts'
import { assertLimits, limits } from '../core/limits.ts'
import { CredentialFiles } from '../edge/credential-files.ts'
import { HttpCredentials } from '../edge/http-credentials.ts'
import type { PasswordHash } from '../core/password-hash.ts'
import { FolderLock } from '../store/folder-lock.ts'
import type { Enrolment } from './authority/enrolment.ts'
import type { Database } from './database/database.ts'
import { migrate } from './database/migrations.ts'
import { BrokerClient } from './broker-client.ts'
import { type BrokerTls, openBroker } from './embedded-broker.ts'
import { FleetDesk } from './fleet/fleet-desk.ts'
import { SiteReports } from './fleet/site-reports.ts'
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
import { centreUsers, entryProblems } from './users.ts'
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
  /** Sites come with certificates of the centre's own CA; undefined: they do not. */
  readonly authority: { readonly folder: string; readonly names: readonly string[] } | undefined
  /** Undefined: HTTP has the certificate of the authority, or is in the clear. */
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
  const enrolment = await openEnrolment(settings.authority, database, started)
  const { warn, report, kept } = settings
  const partitions = new Partitions(database, kept)
  const retention = new Retention(database, partitions, kept)
  const ask: Ask = (site, question) => worker.ask(site, question)
  const inbox = new Inbox(database, partitions, ask)
  const worker: Worker = new Worker({ inbox, warn })
  const { mqtt, link } = await openRoad(settings.broker, { worker, enrolment, started })
  started.defer(async () => worker.stop())
  const reconciler = new Reconciler(database, ask)
  const housekeeping = new Housekeeping({ retention, reconciler, warn })
  started.defer(async () => housekeeping.stop())
  const reports = new SiteReports(database)
  const isOwn = mqtt !== undefined
  const fleet = new FleetDesk({
    ...link,
    group: GROUP,
    broker: isOwn ? 'own' : 'shared',
    reports,
    database,
    enrolment,
    warn,
  })
  started.defer(async () => fleet.stop())
  const ledger = new Ledger(database)
  const records = new Records(database)
  const devices = new Devices(database)
  const reliability = new Reliability(database)
  const asks = { ledger, reports, records, devices, reliability, retention, reconciler }
  const operations = operationsOf(asks)
  const { http: address, plainLogins } = settings
  const credentials = httpCredentials(settings, started)
  const tls = credentials?.options ?? ownTls(enrolment)
  const isSecure = tls !== undefined
  const users = centreUsers({ database, http: address, isSecure, plainLogins, warn })
  const metrics = new CentreMetrics({ inbox, worker, ledger, retention, users, reports })
  const problems = (): readonly HealthProblem[] => [
    ...problemsOf(worker, housekeeping, fleet),
    ...entryProblems(users.locked, credentials?.files.fault).map(known),
  ]
  const broker = isOwn ? { mqttPort: mqtt.port } : { brokerUrl: link.url }
  const ofFleet = { fleet, reports, database, enrolment, broker }
  const http = await startHttp({
    address,
    operations,
    metrics,
    problems,
    users,
    tls,
    report,
    fleet: ofFleet,
  })
  credentials?.useWith((options) => http.renew(options))
  started.defer(async () => http.stop())
  const running = started.move()
  return {
    mqtt,
    http: http.address,
    stop: async () => running.disposeAsync(),
  }
}

/** For those who are known. */
function known(sentence: string): HealthProblem {
  return { sentence, detail: '', isForAll: false }
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

/** Nobody loads what signs certificates who has none. */
async function openEnrolment(
  settings: CentreSettings['authority'],
  database: Database,
  started: AsyncDisposableStack,
): Promise<Enrolment | undefined> {
  if (settings === undefined) return undefined
  const { Authority } = await import('./authority/authority.ts')
  const { Enrolment: Opened } = await import('./authority/enrolment.ts')
  const enrolment = new Opened(database, await Authority.open(settings.folder, settings.names))
  await enrolment.look()
  const timer = setInterval(() => void enrolment.look().catch(() => {}), limits.revokedLookMs)
  started.defer(() => clearInterval(timer))
  return enrolment
}

function ownTls(enrolment: Enrolment | undefined): SecureContextOptions | undefined {
  const own = enrolment?.authority.server
  return own === undefined ? undefined : { cert: own.certificate, key: own.key }
}

interface Road {
  /** Where sites connect; undefined: that is another program's to say. */
  readonly mqtt: Address | undefined
  /** Where other clients of this process connect. */
  readonly link: { readonly url: string; readonly options: IClientOptions }
}

/** Open until the worker has stopped, so that its last commit is acknowledged. */
async function openRoad(
  settings: CentreSettings['broker'],
  parts: {
    readonly worker: Worker
    readonly enrolment: Enrolment | undefined
    readonly started: AsyncDisposableStack
  },
): Promise<Road> {
  const { worker, enrolment, started } = parts
  if (settings.kind === 'server') {
    const client = new BrokerClient({ ...settings, group: GROUP }, worker)
    worker.connect(client)
    started.defer(async () => client.stop())
    return { mqtt: undefined, link: settings }
  }
  const { address, sites } = settings
  if (sites === undefined && enrolment === undefined && !isLoopbackHost(address.host)) {
    throw new GridError('usage', `sites from elsewhere reach ${formatAddress(address)}`, {
      hint: 'Give a folder with --authority, so that they have to show a certificate, or a file with --sites; or listen on 127.0.0.1.',
    })
  }
  const gatekeeper = new SiteGatekeeper(
    sites ?? (enrolment === undefined ? undefined : new Map()),
    (serial) => enrolment?.isStanding(serial) === true,
  )
  const tls = brokerTls(settings, enrolment)
  const broker = await openBroker({ address, gatekeeper, tls }, worker)
  worker.connect(broker)
  started.defer(async () => broker.stop())
  const url = `mqtt://${formatAddress(broker.inner)}`
  return { mqtt: broker.address, link: { url, options: { ...gatekeeper.worker } } }
}

/** With the authority whoever shows a certificate needs no password, and whoever has neither stays outside. */
function brokerTls(
  { tls, sites }: Extract<CentreSettings['broker'], { readonly kind: 'embedded' }>,
  enrolment: Enrolment | undefined,
): BrokerTls | undefined {
  const authority = enrolment?.authority
  const clientCa = authority === undefined ? undefined : Buffer.from(authority.certificate)
  const known = sites === undefined ? 'required' : 'optional'
  const clientCertificates = authority === undefined ? 'none' : known
  if (tls !== undefined) {
    const credentials = { ...CredentialFiles.read({ ...tls, clientCa: undefined }), clientCa }
    return { credentials, clientCertificates }
  }
  if (authority === undefined) return undefined
  const { certificate, key } = authority.server
  const own = { certificate: Buffer.from(certificate), key: Buffer.from(key) }
  return { credentials: { ...own, clientCa }, clientCertificates }
}
