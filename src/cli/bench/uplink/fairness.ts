import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { limits } from '../../../core/limits.ts'
import type { UplinkSettings } from '../../../edge/site/uplink.ts'
import { Fleet } from '../../fleet/fleet.ts'
import type { AwayMessage, AwayOrder, AwaySettings } from './away-thread.ts'

export interface FairnessSettings {
  readonly sites: number
  readonly recordsPerSecond: number
  readonly seconds: number
  /** Of the one site that was away. */
  readonly backlog: number
  readonly directory: string
  readonly uplink: (site: string) => UplinkSettings
}

export interface FairnessResult {
  /** From the commit of what is new, at any of the others, to its acknowledgement. */
  readonly beforeP99Ms: number
  readonly atPace: DrainResult
  readonly unbounded: DrainResult
  readonly isSettled: boolean
}

export interface DrainResult {
  /** Of the others. */
  readonly p99Ms: number
  /** Of what is new at the site that drains. */
  readonly ownP99Ms: number
  readonly recordsPerSecond: number
}

/** One site comes back with a great backlog, at the pace of a site file that says nothing and then as fast as it can: do the others, and what is new at itself, wait for it? */
export async function measureFairness(settings: FairnessSettings): Promise<FairnessResult> {
  const fleet = await Fleet.open({ ...settings, seed: 1, hasWires: false, hasFaults: false })
  try {
    fleet.connect()
    await fleet.run(SETTLING_SECONDS)
    fleet.forgetLatency()
    await fleet.run(settings.seconds)
    const beforeP99Ms = fleet.latency.quantileMs(0.99)
    const atPace = await drainBeside(fleet, settings, limits.backfillRecordsPerSecond)
    const unbounded = await drainBeside(fleet, settings, UNBOUNDED)
    const isSettled = await fleet.settled(PATIENCE_MS)
    return { beforeP99Ms, atPace, unbounded, isSettled }
  } finally {
    fleet.close()
  }
}

async function drainBeside(
  fleet: Fleet,
  { seconds, backlog, directory, uplink }: FairnessSettings,
  backfillRecordsPerSecond: number,
): Promise<DrainResult> {
  const name = `away-${backfillRecordsPerSecond}`
  const workerData: AwaySettings = {
    name,
    directory: join(directory, name),
    uplink: { ...uplink(name), backfillRecordsPerSecond },
    backlog,
  }
  const worker = new Worker(new URL('./away-thread.ts', import.meta.url), { workerData })
  await once(worker, 'message')
  const order = (word: AwayOrder): void => worker.postMessage(word)
  order('connect')
  // Its turn comes within the spread, and then it is in full swing.
  await fleet.run(limits.backfillSpreadMs / 1000)
  fleet.forgetLatency()
  order('measure')
  await fleet.run(seconds)
  const p99Ms = fleet.latency.quantileMs(0.99)
  const heard = once(worker, 'message') as Promise<[AwayMessage]>
  order('end')
  const [drained] = await heard
  await once(worker, 'exit')
  if (drained.kind !== 'drained') return { p99Ms, ownP99Ms: NaN, recordsPerSecond: NaN }
  return { p99Ms, ownP99Ms: drained.p99Ms, recordsPerSecond: drained.records / seconds }
}

/** Until what is compiled is compiled. */
const SETTLING_SECONDS = 3
const PATIENCE_MS = 120_000
const UNBOUNDED = 1_000_000
