import type { IClientOptions } from 'mqtt'
import { type Address, formatAddress } from '../core/address.ts'
import { GridError } from '../core/errors.ts'
import { assertLimits } from '../core/limits.ts'
import type { PasswordHash } from '../edge/access/password-hash.ts'
import { FolderLock } from '../store/folder-lock.ts'
import type { Database } from './database/database.ts'
import { migrate } from './database/migrations.ts'
import { BrokerClient } from './broker-client.ts'
import { openBroker } from './embedded-broker.ts'
import { startHttp } from './http.ts'
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
  const inbox = new Inbox(database)
  const { warn, report } = settings
  const worker = new Worker({ inbox, warn })
  const mqtt = await openRoad(settings.broker, worker, started)
  started.defer(async () => worker.stop())
  const ledger = new Ledger(database)
  const metrics = new CentreMetrics({ inbox, worker, ledger })
  const http = await startHttp({ address: settings.http, ledger, worker, metrics, report })
  started.defer(async () => http.stop())
  const running = started.move()
  return {
    mqtt,
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
  if (sites === undefined && !isHere(address)) {
    throw new GridError('usage', `sites from elsewhere reach ${formatAddress(address)}`, {
      hint: 'Give a file with --sites, so that they have to show a password; or listen on 127.0.0.1.',
    })
  }
  const broker = await openBroker({ address, gatekeeper: new SiteGatekeeper(sites), tls }, worker)
  worker.connect(broker)
  started.defer(async () => broker.stop())
  return broker.address
}

function isHere({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
