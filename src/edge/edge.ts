import { DatabaseSync } from 'node:sqlite'
import type { Address } from '../core/address.ts'
import type { GridError } from '../core/errors.ts'
import { assertLimits } from '../core/limits.ts'
import { seededRandom } from '../core/random.ts'
import { type Clock, Micros } from '../core/time.ts'
import { Broker } from '../mqtt/broker/broker.ts'
import { TcpTransport } from '../mqtt/transport/tcp.ts'
import { FolderLock } from '../store/folder-lock.ts'
import { journalPath } from '../store/journal.ts'
import { JournalWriter } from '../store/journal-writer.ts'
import { Names } from '../store/names.ts'
import { siteGatekeeper } from './gatekeeper.ts'
import { Ingest } from './ingest.ts'
import type { Site } from './site/site.ts'
import { RunningEdge } from './view.ts'

export interface EdgeSettings {
  readonly site: Site
  readonly directory: string
  readonly mqtt: Address
  readonly http: Address
  /** The journal's writer has ended: nothing can be acknowledged any more, the process should end and be started again. */
  readonly onFailed: (error: GridError) => void
  /** Told of a fault of ours that a request met; whoever asked was told no more than that there was one. */
  readonly report: (fault: unknown) => void
}

export interface Edge {
  readonly mqtt: Address
  readonly http: Address
  stop(): Promise<void>
}

/** Micros since 1970 with the resolution of the monotonic clock, so that messages of one millisecond differ. */
const clock: Clock = () => Micros(Math.round((performance.timeOrigin + performance.now()) * 1000))

/**
 * A substation's edge. Up: folder, journal, MQTT, HTTP; devices are served before people are. Down: the same backwards, so
 * that what was taken is written, and acknowledged to whoever is still there.
 */
export async function startEdge(settings: EdgeSettings): Promise<Edge> {
  const { site, directory } = settings
  assertLimits()
  await using started = new AsyncDisposableStack()
  const lock = new FolderLock(directory)
  started.defer(() => lock.release())
  let settle = (_serial: number): void => {}
  const writer = await JournalWriter.start(directory, {
    durable: (serial) => settle(serial),
    failed: settings.onFailed,
  })
  started.defer(async () => writer.stop())
  const db = new DatabaseSync(journalPath(directory), { readOnly: true })
  started.defer(() => db.close())
  const names = new Names(db)
  const ingest = new Ingest({ writer, names, isWelcome: welcome(site) })
  const random = seededRandom(Math.floor(clock() / 1000))
  const broker = new Broker({ intake: ingest, gatekeeper: siteGatekeeper(site.access), random })
  settle = (serial) => {
    ingest.settled(serial)
    broker.settle(Date.now())
  }
  const transport = new TcpTransport(broker)
  started.defer(async () => transport.stop())
  started.defer(async () => ingest.finish())
  const mqtt = await transport.listen(settings.mqtt)
  const view = new RunningEdge({ site, directory, clock, writer, names, ingest, broker })
  started.defer(async () => view.stop())
  const { startApi } = await import('../api/server.ts')
  const api = await startApi({ address: settings.http, view, now: clock, report: settings.report })
  started.defer(async () => api.stop())
  const running = started.move()
  return { mqtt, http: api.address, stop: async () => running.disposeAsync() }
}

/** Devices of the site file always; others where it says that they are to be kept apart rather than refused. */
function welcome({ unknownDevices, devices }: Site): (device: string) => boolean {
  if (unknownDevices === 'quarantine') return () => true
  const known = new Set(devices.map(({ id }) => id))
  return (device) => known.has(device)
}
