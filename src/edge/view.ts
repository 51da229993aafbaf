import type { NotifyInfo, NotifyTest } from '../api/notify-info.ts'
import type {
  AccountInfo,
  AuditInfo,
  AuditQuery,
  ClockStepInfo,
  EdgeView,
  FaultInfo,
  HealthInfo,
  LatestQuery,
  PointInfo,
  ProcessorInfo,
  PolicyReport,
  ReadingsChunk,
  ReadingsQuery,
  ResultInfo,
  ResultsQuery,
  SessionInfo,
  SiteInfo,
  TextForm,
  TextPiece,
} from '../api/ports.ts'
import { accountOf } from '../core/accounts.ts'
import { GridError } from '../core/errors.ts'
import { quantityOf } from '../core/quantities.ts'
import { type Clock, Micros } from '../core/time.ts'
import type { Broker } from '../mqtt/broker/broker.ts'
import type { Transport } from '../mqtt/transport/transport.ts'
import { PolicyReports } from '../policy/thread/policy-reports.ts'
import { asideNames, markDamaged } from '../store/damage/corrupt.ts'
import { folderBytes } from '../store/folder-bytes.ts'
import type { HistoryKeeper } from '../store/history/history-keeper.ts'
import type { JournalWriter } from '../store/journal-writer.ts'
import type { Names } from '../store/names.ts'
import { QueryThread } from '../store/reader/query-thread.ts'
import { StoreReader } from '../store/reader/store-reader.ts'
import type { AlarmStation } from './alarms/station.ts'
import { ResultsReader } from '../store/results/results-reader.ts'
import type { EdgeUsers } from './access/edge-users.ts'
import type { Egress } from './egress/egress.ts'
import type { Changes } from './changes.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { CommandStation } from './commands/station.ts'
import { type Ingest, UNKNOWN_DEVICE } from './ingest.ts'
import type { Listeners } from './listeners.ts'
import type { LoginThrottle } from '../core/login-throttle.ts'
import { Metrics } from './metrics/metrics.ts'
import type { NotifyStation } from './notify/station.ts'
import type { Processors } from './processors/processors.ts'
import type { Site } from './site/site.ts'
import { siteOutline } from './site/site-outline.ts'
import type { SparkplugStation } from './sparkplug.ts'
import type { UplinkStation } from './uplink/station.ts'
import { type UplinkStatus, stuckProblem } from './uplink/status.ts'

export interface ViewParts {
  readonly site: Site
  readonly directory: string
  readonly clock: Clock
  readonly writer: JournalWriter
  readonly names: Names
  readonly ingest: Ingest
  readonly history: HistoryKeeper
  readonly clockWatch: ClockWatch
  readonly broker: Broker
  readonly processors: Processors
  readonly transport: Transport
  readonly listeners: Listeners
  readonly sparkplug: SparkplugStation | undefined
  readonly throttle: LoginThrottle
  readonly commands: CommandStation
  readonly alarms: AlarmStation
  /** Undefined: the site has none. */
  readonly uplink: UplinkStation | undefined
  readonly egress: Egress
  readonly users: EdgeUsers
  readonly changes: Changes
  /** Undefined: the site names nobody. */
  readonly notify: NotifyStation | undefined
}

/** The running edge as HTTP sees it. Reading it changes nothing, and what takes long happens in a thread of its own. */
export class RunningEdge implements EdgeView {
  readonly #parts: ViewParts
  readonly #queries: QueryThread
  readonly #reader: StoreReader
  readonly #results: ResultsReader
  readonly #policyReports: PolicyReports
  readonly #outline: SiteInfo
  readonly #siteDevices: ReadonlySet<string>
  readonly #metrics: Metrics
  readonly #startedAt: number
  /** Most damaged rows that one query met. */
  #damagedInQuery = 0

  constructor(parts: ViewParts) {
    this.#parts = parts
    this.#queries = new QueryThread({
      directory: parts.directory,
      entry: new URL('./query-worker.ts', import.meta.url),
    })
    this.#reader = StoreReader.open(parts.directory)
    this.#results = new ResultsReader(parts.directory)
    this.#policyReports = new PolicyReports({
      directory: parts.directory,
      policy: parts.egress.policy,
    })
    this.#outline = siteOutline(parts.site)
    this.#siteDevices = new Set(parts.site.devices.map(({ id }) => id))
    this.#startedAt = parts.clock()
    this.#metrics = new Metrics({
      ...parts,
      diskBytes: () => folderBytes(parts.directory),
      damagedFiles: () => asideNames(parts.directory).length,
      journalBytes: () => this.#reader.bytes,
      auditDropped: () => this.#reader.auditDropped,
    })
  }

  get changes(): Changes {
    return this.#parts.changes
  }

  get alarms(): AlarmStation {
    return this.#parts.alarms
  }

  health(): HealthInfo {
    const { site, clock, writer, listeners, history, processors, alarms, directory } = this.#parts
    const { egress } = this.#parts
    const problems = this.#userProblems()
    if (writer.gauge('diskFull') === 1) {
      problems.push(
        `The disk is full (${writer.refusal}). Readings are refused with 0x97, none that was acknowledged is lost; it goes on by itself when there is room.`,
      )
    } else if (writer.gauge('diskRefuses') === 1) {
      problems.push(
        `The disk refuses to write (${writer.refusal}). Nothing is acknowledged until it does; make room in the data folder.`,
      )
    }
    const damaged = Math.max(writer.gauge('damagedRows'), this.#damagedInQuery)
    if (damaged > 0) {
      problems.push(
        `Some journal rows are damaged and were left out, ${damaged} so far. Copy the data folder away, then check the disk.`,
      )
    }
    const aside = asideNames(directory)
    if (aside.length > 0) {
      problems.push(
        `A damaged file was put aside, and what could be read of it is in use (${aside.join(', ')}). The report says what is lost; this sentence goes when these files are taken out of the data folder.`,
      )
    }
    if (history.failure !== '') {
      problems.push(
        `Readings cannot be moved from the journal into history (${history.failure}). None is lost; the journal grows. It is tried again.`,
      )
    }
    if (alarms.failure !== '') {
      problems.push(
        `Alarms cannot be written (${alarms.failure}). They are shown and published; what is done to them now is lost if the edge is restarted before it can be written.`,
      )
    }
    this.#tellingProblems(problems)
    for (const failure of processors.failures) {
      problems.push(
        `Processors do not run (${failure}). Readings are kept; it is tried again, and they go on where they were.`,
      )
    }
    for (const { name, fault } of processors.status) {
      if (fault !== '') {
        problems.push(
          `Processor ${name} is stopped (${fault}). Its readings are kept; deploy a version that is mended, and it goes on where it was stopped.`,
        )
      }
    }
    for (const fault of listeners.faults()) {
      problems.push(`A new certificate is not used: ${fault}. The one before it is; mend the file.`)
    }
    const stuck = stuckProblem(this.uplink())
    if (stuck !== '') problems.push(stuck)
    if (egress.failure !== '') {
      problems.push(
        `The egress gate cannot do its work (${egress.failure}). What it cannot decide stays in the substation; everything on the spot goes on.`,
      )
    }
    const uptimeSeconds = Math.floor((clock() - this.#startedAt) / 1e6)
    return { healthy: problems.length === 0, site: site.site.id, uptimeSeconds, problems }
  }

  site(): SiteInfo {
    const known = new Set(this.#outline.devices.map(({ id }) => id))
    const adopted = this.#parts.changes.adopted()
    const markOf = new Map(adopted.map((each) => [each.id, each]))
    const listed = this.#outline.devices.map((each) => markOf.get(each.id) ?? each)
    const news = adopted.filter(({ id }) => !known.has(id))
    return { ...this.#outline, devices: [...listed, ...news] }
  }

  faults(query: AuditQuery): Iterable<FaultInfo> {
    return this.#reader.faults(query)
  }

  accounts(): readonly AccountInfo[] {
    const { names, ingest, writer, history } = this.#parts
    const accounts: AccountInfo[] = []
    for (let number = 0; number < names.devicesTotal; number++) {
      const device = names.deviceNumbered(number)
      const received = ingest.received[number] as number
      if (device === undefined || (received === 0 && device.name === UNKNOWN_DEVICE)) continue
      const account = accountOf(writer.accounts, number)
      const { stored, duplicates } = account
      // They stand in no row yet, for there is no room for one.
      const owed = ingest.givenBack.owed(number)
      const { diskFull = 0 } = account.refused
      const refused =
        owed === 0 ? account.refused : { ...account.refused, diskFull: diskFull + owed }
      accounts.push({
        device: device.name,
        received,
        stored,
        duplicates,
        refused,
        inFlight: received - account.received - owed,
        thinned: history.thinned.get(number) ?? 0,
        thinnedWindows: history.thinnedWindows.get(number) ?? 0,
      })
    }
    return accounts
  }

  *sessions(client: string | undefined): Iterable<SessionInfo> {
    const { sessions } = this.#parts.broker
    for (const session of sessions.all()) {
      const { clientId, outbox, outlet, expiresMs } = session
      if (client !== undefined && client !== clientId) continue
      yield {
        client: clientId,
        owner: sessions.ownerOf(clientId)?.name ?? null,
        connected: outlet !== undefined,
        expires: outlet === undefined ? Micros(expiresMs * 1000) : undefined,
        subscriptions: session.subscriptions.size,
        waiting: outbox.waiting,
        inFlight: outbox.inflight,
        dropped: outbox.dropped,
      }
    }
  }

  *points(): Iterable<PointInfo> {
    for (const { point, device, quantity, unit } of this.#reader.points()) {
      yield this.#pointInfo({ point, device, quantity, unit })
    }
  }

  pointInfo(point: number): PointInfo | undefined {
    const { names } = this.#parts
    const known = names.pointNumbered(point)
    const device = known === undefined ? undefined : names.deviceNumbered(known.device)
    if (known === undefined || device === undefined) return undefined
    return this.#pointInfo({
      point,
      device: device.name,
      quantity: known.quantity,
      unit: known.unit,
    })
  }

  readings(query: ReadingsQuery): AsyncIterable<ReadingsChunk> {
    return this.#watched(this.#queries.readings(query))
  }

  readingsText(query: ReadingsQuery, form: TextForm): AsyncIterable<TextPiece> {
    return this.#watched(this.#queries.text(query, form))
  }

  latest(query: LatestQuery): Iterable<ReadingsChunk> {
    return this.#reader.latest(query, this.#parts.writer.latest)
  }

  audit(query: AuditQuery): AuditInfo {
    return { entries: this.#reader.audit(query), dropped: this.#reader.auditDropped }
  }

  clockSteps(): readonly ClockStepInfo[] {
    return this.#reader.clockSteps()
  }

  results(query: ResultsQuery): Iterable<ResultInfo> {
    return this.#results.results(query)
  }

  processors(): readonly ProcessorInfo[] {
    return this.#parts.processors.status
  }

  uplink(): UplinkStatus | undefined {
    return this.#parts.uplink?.status()
  }

  notify(): NotifyInfo | undefined {
    return this.#parts.notify?.status()
  }

  async notifyTest(name: string): Promise<NotifyTest> {
    return (await this.#parts.notify?.test(name)) ?? { kind: 'unknown' }
  }

  policyReport(order: PolicyReport): Promise<unknown> {
    return this.#policyReports.make(order)
  }

  async metrics(): Promise<{ readonly contentType: string; readonly text: string }> {
    return this.#metrics.exposition()
  }

  async stop(): Promise<void> {
    await this.#queries.close()
    await this.#policyReports.close()
    this.#reader.close()
    this.#results[Symbol.dispose]()
  }

  #tellingProblems(problems: string[]): void {
    const { notify } = this.#parts
    for (const { name, why, seconds } of notify?.failures() ?? []) {
      problems.push(
        `Contact ${name} cannot be told of alarms (${why}, for ${seconds} s). What waits is kept and sent when it can be; look whether its host answers.`,
      )
    }
    if (notify !== undefined && notify.writeFailure !== '') {
      problems.push(
        `What people were told of alarms cannot be written (${notify.writeFailure}). After a restart they are told once more; make room in the data folder.`,
      )
    }
  }

  /**
   * What a query finds damaged is a problem of the site, not only of whoever asked. By hand, not a generator: `return` must reach the query
   * while a `next` waits.
   */
  #watched<Item extends { readonly damagedRows: number }>(
    items: AsyncIterable<Item, undefined>,
  ): AsyncIterable<Item, undefined> {
    return {
      [Symbol.asyncIterator]: () => {
        const cursor = items[Symbol.asyncIterator]()
        let damaged = 0
        return {
          next: async () => {
            const next = await cursor.next().catch((thrown: unknown) => {
              if (thrown instanceof GridError && thrown.code === 'corrupt') {
                markDamaged(this.#parts.directory, thrown)
                this.#damagedInQuery = Math.max(this.#damagedInQuery, damaged + 1)
              }
              throw thrown
            })
            if (next.done !== true) damaged += next.value.damagedRows
            this.#damagedInQuery = Math.max(this.#damagedInQuery, damaged)
            return next
          },
          return: async () => (await cursor.return?.()) ?? { done: true, value: undefined },
        }
      },
    }
  }

  #userProblems(): string[] {
    const { users } = this.#parts
    const problems: string[] = []
    if (users.failure !== '') {
      problems.push(
        `Users cannot be read or written (${users.failure}). Nobody new is let in over HTTP; make room, or put users.db of a backup back.`,
      )
    }
    const { locked } = users.desk
    if (locked.length > 0) {
      problems.push(
        `Too many wrong passwords were tried, in the name of ${locked.join(', ')}. It is not heard from new addresses for a while; find out who tries, busbar user unlock ends it.`,
      )
    }
    return problems
  }

  /** Where a device sent no unit, the quantity's own holds. */
  #pointInfo({ point, device, quantity, unit }: Omit<PointInfo, 'modelled'>): PointInfo {
    const model = quantityOf(quantity)
    const isOurs = this.#siteDevices.has(device) || this.#parts.changes.isAdopted(device)
    const modelled = model !== undefined && isOurs
    return { point, device, quantity, unit: unit === '' ? (model?.unit ?? '') : unit, modelled }
  }
}
