import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { Api } from '../api/server.ts'
import type { Address } from '../core/address.ts'
import type { GridError } from '../core/errors.ts'
import { assertLimits, limits } from '../core/limits.ts'
import { PROGRAM_FOLDER } from '../core/program-folder.ts'
import { seededRandom } from '../core/random.ts'
import { type Clock, Micros } from '../core/time.ts'
import { Broker } from '../mqtt/broker/broker.ts'
import { Transport } from '../mqtt/transport/transport.ts'
import { damagedFile } from '../store/damage/corrupt.ts'
import { prepareFolder } from '../store/damage/prepare-folder.ts'
import { FolderLock } from '../store/folder-lock.ts'
import { journalPath } from '../store/journal.ts'
import { HistoryKeeper, type KeeperParts } from '../store/history/history-keeper.ts'
import { JournalWriter, type WriterListener } from '../store/journal-writer.ts'
import { readKept } from '../store/kept.ts'
import { Names } from '../store/names.ts'
import { AlarmStore } from '../store/alarms/alarm-store.ts'
import { NotifyStore } from '../store/notify/notify-store.ts'
import { mappedTopics } from './foreign-topics.ts'
import { AlarmStation } from './alarms/station.ts'
import { DeviceStore } from './access/device-store.ts'
import { EdgeUsers } from './access/edge-users.ts'
import { siteGatekeeper } from './access/gatekeeper.ts'
import { LoginThrottle } from '../core/login-throttle.ts'
import { withAdopted } from './adoption.ts'
import { Changes } from './changes.ts'
import { type ClockReading, ClockWatch } from './clock-watch.ts'
import { CommandStation } from './commands/station.ts'
import { Egress } from './egress/egress.ts'
import type { FleetParts } from './fleet/open-fleet.ts'
import { HttpCredentials } from './http-credentials.ts'
import { type ForeignDevice, Ingest } from './ingest.ts'
import { KeptState } from './kept-state.ts'
import { Listeners } from './listeners.ts'
import type { NotifyStation } from './notify/station.ts'
import { Processors } from './processors/processors.ts'
import type { ListenerKind } from './site/listeners.ts'
import { retentionOf } from './site/retention-amounts.ts'
import type { Site } from './site/site.ts'
import { type SparkplugStation, sparkplugStation } from './sparkplug.ts'
import type { Gate } from '../uplink/gate.ts'
import { PolicyGate } from './uplink/policy-gate.ts'
import type { UplinkStation } from './uplink/station.ts'
import { RunningEdge, type ViewParts } from './view.ts'

export interface EdgeSettings {
  readonly site: Site
  readonly directory: string
  readonly mqtt: Address
  readonly http: Address
  /** Where the site came from; with `restart` a centre may ask for another one. */
  readonly siteFile?: string
  /** The edge is to be stopped and started again with the site file as it is now. */
  readonly restart?: (why: string) => void
  /** What may leave for the centre; absent: what the policy lets. */
  readonly gate?: Gate
  /** The journal's writer has ended: nothing can be acknowledged any more, the process should end and be started again. */
  readonly onFailed: (error: GridError) => void
  /** Told of a fault of ours that a request met; whoever asked was told no more than that there was one. */
  readonly report: (fault: unknown) => void
  /** Told, in one sentence, of what an operator has to mend while the edge runs. */
  readonly warn: (text: string) => void
}

export interface Edge {
  readonly mqtt: Address
  /** Listeners of the site file. */
  readonly listeners: ReadonlyMap<ListenerKind, Address>
  readonly http: Address
  /** For what finds events. */
  readonly alarms: Pick<AlarmStation, 'take'>
  stop(): Promise<void>
}

/** What of a salvage goes to the log; all of it is in the report in the data folder. */
const LINES_OF_REPORT = 20

/** What people call now: it moves when the clock is set. */
const wallClock: Clock = () => Micros(Date.now() * 1000)

/** Micros since 1970 with the resolution of the monotonic clock, so that messages of one millisecond differ. */
const clock: Clock = () => Micros(Math.round((performance.timeOrigin + performance.now()) * 1000))

/**
 * A substation's edge. Up: folder, journal, MQTT, HTTP; devices are served before people are. Down: the same backwards, so
 * that what was taken is written, and acknowledged to whoever is still there.
 */
export async function startEdge(given: EdgeSettings): Promise<Edge> {
  const { directory } = given
  assertLimits()
  await using started = new AsyncDisposableStack()
  const { settings, devices } = openFolder(given, started)
  const { site } = settings
  const batches: WriterListener = { durable() {}, refused() {}, failed: settings.onFailed }
  const { writer, db, names } = await openJournal(directory, batches, started)
  const isWelcome = welcome(site)
  const sparkplug = sparkplugStation(site, isWelcome)
  const foreign = foreignDevices(site, sparkplug)
  const foreignDevice = (topic: string): string | undefined => foreign(topic)?.device
  const kept = new KeptState()
  const ingest = new Ingest({ writer, names, kept, isWelcome, foreign })
  const egress = new Egress({ ...settings, clock: wallClock })
  started.defer(async () => egress.stop())
  const users = new EdgeUsers(settings)
  started.defer(() => users[Symbol.dispose]())
  const throttle = new LoginThrottle()
  const broker = new Broker({
    intake: ingest,
    gatekeeper: siteGatekeeper({ site, devices, throttle, foreignDevice, now: Date.now }),
    keeper: kept,
    customs: egress.customs,
    random: seededRandom(Math.floor(clock() / 1000)),
    rates: site.access.limits,
    stopwatch: () => performance.now(),
  })
  broker.restore(kept.recall(readKept(db)), Date.now())
  const commands = new CommandStation({ site, ingest, broker, sparkplug })
  const alarmStore = new AlarmStore(directory, settings.warn)
  const alarms = new AlarmStation({ site, store: alarmStore, broker })
  const notify = await openNotify(settings, { alarms, egress }, started)
  const clockWatch = watchClock(ingest, started)
  sparkplug?.start({ ingest, broker })
  const history = keepHistory(settings, { journal: writer, names })
  started.defer(async () => history.stop())
  const processors = runProcessors(settings, { journal: writer, broker, alarms })
  started.defer(async () => processors.stop())
  const uplink = await openUplink(settings, { processors, egress, names, writer }, started)
  connect(batches, { ingest, commands, processors, broker })
  const transport = new Transport(broker, site.access.limits.connectionsPerSecond)
  started.defer(async () => ingest.finish()) // What the sessions became when their clients were sent away.
  started.defer(async () => transport.stop())
  started.defer(async () => ingest.finish())
  started.defer(() => sparkplug?.stop())
  started.defer(() => commands.stop())
  started.defer(() => alarms.stop())
  const listeners = new Listeners({ transport, settings: site.listeners, warn: settings.warn })
  started.defer(() => listeners.stop())
  const mqtt = await listeners.open(settings.mqtt)
  const places = { site, directory, clock, writer, names, ingest, history, clockWatch }
  const machines = { broker, processors, transport, listeners, sparkplug, throttle }
  const changes = new Changes({ file: given.site, directory, devices, ingest, clock: wallClock })
  const parts = { ...machines, commands, alarms, egress, uplink, users, changes, notify }
  const view = new RunningEdge({ ...places, ...parts })
  started.defer(async () => view.stop())
  await joinFleet({ ...settings, ...parts, view, ingest, clockWatch }, started)
  const api = await serve(settings, { view, egress, users, listeners })
  started.defer(async () => api.stop())
  const running = started.move()
  const addresses = { mqtt, http: api.address, listeners: listeners.addresses }
  return { ...addresses, alarms, stop: async () => running.disposeAsync() }
}

interface Folder {
  /** With the devices that were adopted. */
  readonly settings: EdgeSettings
  readonly devices: DeviceStore
}

function openFolder(given: EdgeSettings, started: AsyncDisposableStack): Folder {
  const { directory, site, warn } = given
  const lock = new FolderLock(directory)
  started.defer(() => lock.release())
  const { report } = prepareFolder(directory, false)
  for (const line of report.slice(0, LINES_OF_REPORT)) warn(line)
  const devices = new DeviceStore(directory, warn)
  started.defer(() => devices[Symbol.dispose]())
  return { settings: { ...given, site: withAdopted(site, devices.adopted()) }, devices }
}

interface OpenJournal {
  readonly writer: JournalWriter
  /** To read it. */
  readonly db: DatabaseSync
  readonly names: Names
}

async function openJournal(
  directory: string,
  batches: WriterListener,
  started: AsyncDisposableStack,
): Promise<OpenJournal> {
  const writer = await JournalWriter.start(directory, batches)
  started.defer(async () => writer.stop())
  const db = new DatabaseSync(journalPath(directory), { readOnly: true })
  started.defer(() => db.close())
  return { writer, db, names: new Names(db) }
}

interface Served {
  readonly view: RunningEdge
  readonly egress: Egress
  readonly users: EdgeUsers
  readonly listeners: Listeners
}

async function serve(
  { site, http: address, report, warn }: EdgeSettings,
  { view, egress, users, listeners }: Served,
): Promise<Api> {
  const { startApi } = await import('../api/server.ts')
  const consoleRoot = fileURLToPath(PROGRAM_FOLDER)
  const { border } = egress
  const { certificate, key, minimumVersion = 'TLSv1.3' } = site.listeners.http ?? {}
  const rest = { address, view, border, access: users.desk, now: wallClock, consoleRoot, report }
  if (certificate === undefined || key === undefined) return startApi(rest)
  const credentials = new HttpCredentials({ certificate, key, minimumVersion }, warn)
  const api = await startApi({ ...rest, tls: credentials.options })
  credentials.useWith((options) => api.renew(options))
  listeners.watch(credentials)
  return api
}

function keepHistory(
  { site, directory, onFailed }: EdgeSettings,
  parts: Pick<KeeperParts, 'journal' | 'names'>,
): HistoryKeeper {
  return new HistoryKeeper({
    ...parts,
    directory,
    retention: retentionOf(site.retention, directory),
    onDamaged: (text) => onFailed(damagedFile(directory, text)),
  })
}

/** Stops before the processors, whose thread keeps what was acknowledged. A site without one does not load an MQTT client. */
async function openUplink(
  { site, directory, gate, warn }: EdgeSettings,
  { processors, egress, names, writer }: UplinkNeighbours,
  started: AsyncDisposableStack,
): Promise<UplinkStation | undefined> {
  const { uplink: settings } = site
  if (settings === undefined) return undefined
  const { UplinkStation } = await import('./uplink/station.ts')
  const { devicesOf } = await import('./uplink/devices.ts')
  const station = new UplinkStation({
    site: site.site.id,
    settings,
    directory,
    gate: gate ?? new PolicyGate(site, egress.gate),
    outbox: processors,
    devices: () => devicesOf({ site, names, latest: writer.latest }, wallClock()),
    warn,
  })
  started.defer(() => station.stop())
  return station
}

interface UplinkNeighbours {
  readonly processors: Processors
  readonly egress: Egress
  readonly names: Names
  readonly writer: JournalWriter
}

/** A site without a centre does not load what is of the fleet. */
async function joinFleet(
  { uplink, ...parts }: Omit<FleetParts, 'uplink'> & Pick<ViewParts, 'uplink'>,
  started: AsyncDisposableStack,
): Promise<void> {
  if (uplink === undefined) return
  const { openFleet } = await import('./fleet/open-fleet.ts')
  openFleet({ ...parts, uplink }, started)
}

/** A site that tells nobody loads no mail client. */
async function openNotify(
  { site, directory, warn }: EdgeSettings,
  { alarms, egress }: { readonly alarms: AlarmStation; readonly egress: Egress },
  started: AsyncDisposableStack,
): Promise<NotifyStation | undefined> {
  const { notify: settings } = site
  if (settings === undefined) return undefined
  const { NotifyStation } = await import('./notify/station.ts')
  const store = new NotifyStore(directory, warn)
  const station = new NotifyStation({ site, settings, store, gate: egress.gate, alarms })
  started.defer(() => station.stop())
  return station
}

interface ProcessorNeighbours {
  readonly journal: JournalWriter
  readonly broker: Broker
  readonly alarms: AlarmStation
}

function runProcessors(
  { site, directory, warn }: EdgeSettings,
  { journal, broker, alarms }: ProcessorNeighbours,
): Processors {
  return new Processors({
    directory,
    site,
    journal,
    publish: (publications) => {
      for (const { topic, payload } of publications) {
        const message = { topic, payload: Buffer.from(payload), properties: {}, qos: 1 } as const
        const nowMs = Date.now()
        broker.router.publish(
          { ...message, expiresMs: Infinity, retain: false, publisher: '' },
          nowMs,
        )
      }
      broker.flush()
    },
    onEvents: (events, kept) => alarms.take(events, kept),
    warn,
  })
}

/** Whose a topic outside of `grid/` is. */
function foreignDevices(
  site: Site,
  sparkplug: SparkplugStation | undefined,
): (topic: string) => ForeignDevice | undefined {
  const mapped = mappedTopics(site)
  return (topic) => sparkplug?.find(topic) ?? mapped(topic)
}

interface Settled {
  readonly ingest: Ingest
  readonly commands: CommandStation
  readonly processors: Processors
  readonly broker: Broker
}

function connect(batches: WriterListener, { ingest, commands, processors, broker }: Settled): void {
  batches.durable = (serial) => {
    ingest.settled(serial)
    commands.settled(serial)
    broker.settle(Date.now())
    processors.advance()
  }
  // Records of commands come back with their batch, so they are not settled by it.
  batches.refused = (batch) => {
    ingest.refused(batch)
    broker.refuse(Date.now())
  }
}

function watchClock(ingest: Ingest, started: AsyncDisposableStack): ClockWatch {
  const watch = new ClockWatch(bothClocks())
  const timer = setInterval(() => {
    const step = watch.look(bothClocks())
    if (step !== undefined) ingest.clockStepped(step)
  }, limits.clockLookMs).unref()
  started.defer(() => clearInterval(timer))
  return watch
}

function bothClocks(): ClockReading {
  return { wallMs: Date.now(), monotonicMs: performance.now() }
}

/** Devices of the site file always; others where it says that they are to be kept apart rather than refused. */
function welcome({ unknownDevices, devices }: Site): (device: string) => boolean {
  if (unknownDevices === 'quarantine') return () => true
  const known = new Set(devices.map(({ id }) => id))
  return (device) => known.has(device)
}
