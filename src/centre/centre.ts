import type { IClientOptions } from 'mqtt'
import { type Address, formatAddress } from '../core/address.ts'
import { GridError } from '../core/errors.ts'
import { assertLimits, limits } from '../core/limits.ts'
import type { PasswordHash } from '../edge/access/password-hash.ts'
import { CredentialFiles } from '../edge/credential-files.ts'
import { FolderLock } from '../store/folder-lock.ts'
import type { Enrolment } from './authority/enrolment.ts'
import type { Database } from './database/database.ts'
import { migrate } from './database/migrations.ts'
import { type BrokerTls, type EmbeddedBroker, openBroker } from './embedded-broker.ts'
import { FleetDesk } from './fleet/fleet-desk.ts'
import { SiteReports } from './fleet/site-reports.ts'
import { type HttpTls, startHttp } from './http.ts'
import { Inbox } from './inbox.ts'
import { Ledger } from './ledger.ts'
import { CentreMetrics } from './metrics.ts'
import { SiteGatekeeper } from './site-gatekeeper.ts'
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
  /** Of HTTP; undefined: the authority's, or none. */
  readonly httpTls: { readonly certificate: string; readonly key: string } | undefined
  /** Sites come with certificates of the centre's own CA; undefined: they do not. */
  readonly authority: { readonly folder: string; readonly names: readonly string[] } | undefined
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
  const { broker, link } = await openLink(settings.broker, { enrolment, started })
  const inbox = new Inbox(database)
  const { warn, report } = settings
  const worker = new Worker({ ...link, group: GROUP, inbox, warn })
  started.defer(async () => worker.stop())
  const reports = new SiteReports(database)
  const fleet = new FleetDesk({ ...link, group: GROUP, reports, database, enrolment, warn })
  started.defer(async () => fleet.stop())
  const ledger = new Ledger(database)
  const metrics = new CentreMetrics({ inbox, worker, ledger, reports })
  const http = await startHttp({
    address: settings.http,
    ledger,
    reports,
    fleet,
    database,
    enrolment,
    tls: httpTls(settings, enrolment),
    worker,
    metrics,
    report,
  })
  started.defer(async () => http.stop())
  const running = started.move()
  return {
    mqtt: broker?.address,
    http: http.address,
    stop: async () => running.disposeAsync(),
  }
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

interface Link {
  readonly broker: EmbeddedBroker | undefined
  readonly link: { readonly url: string; readonly options: IClientOptions }
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

function httpTls(
  { httpTls: files }: CentreSettings,
  enrolment: Enrolment | undefined,
): HttpTls | undefined {
  if (files === undefined) {
    const own = enrolment?.authority.server
    return own === undefined ? undefined : { cert: own.certificate, key: own.key }
  }
  const { certificate, key } = CredentialFiles.read({ ...files, clientCa: undefined })
  return { cert: certificate, key }
}

async function openLink(
  settings: CentreSettings['broker'],
  parts: { readonly enrolment: Enrolment | undefined; readonly started: AsyncDisposableStack },
): Promise<Link> {
  const { enrolment, started } = parts
  if (settings.kind === 'server') return { broker: undefined, link: settings }
  const { address, sites } = settings
  if (sites === undefined && enrolment === undefined && !isHere(address)) {
    throw new GridError('usage', `sites from elsewhere reach ${formatAddress(address)}`, {
      hint: 'Give a folder with --authority, so that they have to show a certificate, or a file with --sites; or listen on 127.0.0.1.',
    })
  }
  const gatekeeper = new SiteGatekeeper(
    sites ?? (enrolment === undefined ? undefined : new Map()),
    (serial) => enrolment?.isRevoked(serial) === true,
  )
  const tls = brokerTls(settings, enrolment)
  const broker = await openBroker({ address, gatekeeper, tls })
  started.defer(async () => broker.stop())
  const url = `mqtt://${formatAddress(broker.inner)}`
  return { broker, link: { url, options: { ...gatekeeper.worker } } }
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

function isHere({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
