import { join } from 'node:path'
import { limits } from '../../../core/limits.ts'
import type { UplinkSettings } from '../../../edge/site/uplink.ts'
import { CentreProcess } from '../../fleet/centre-process.ts'
import { Drill, type DrillResult, type DrillSettings } from '../../fleet/drill.ts'
import { Scratch } from '../../fleet/scratch.ts'
import { type FairnessResult, measureFairness } from './fairness.ts'
import { type PackingResult, measurePacking } from './packing.ts'

export interface UplinkBenchSettings {
  readonly sites: number
  readonly seconds: number
  /** Undefined: PGlite. */
  readonly database: string | undefined
  readonly say: (line: string) => void
}

export interface UplinkBenchResult {
  readonly packing: { readonly feeders: PackingResult; readonly devices: PackingResult }
  readonly sustained: DrillResult
  readonly storm: DrillResult
  readonly backlog: DrillResult
  readonly fairness: FairnessResult
}

/** What the way to the centre reaches on this machine: edges, broker, centre and database all on it. */
export async function measureUplink(settings: UplinkBenchSettings): Promise<UplinkBenchResult> {
  const { sites, seconds, say } = settings
  say('packing')
  const feeders = await measurePacking(PACKED_RECORDS, 'feeder')
  const devices = await measurePacking(PACKED_RECORDS, 'device')
  const scale = sites / 1000
  const rest = { seconds, backlog: 0, hasStorm: false }
  const rate = 20_000 * scale
  const offered = { ...rest, recordsPerSecond: rate * OFFERED_SHARE }
  const sustained = await drill(settings, offered)
  const stormy = { ...rest, recordsPerSecond: rate / 4, hasStorm: true }
  const storm = await drill(settings, stormy)
  const full = { ...rest, seconds: 1, recordsPerSecond: 0, backlog: 1000 }
  const backlog = await drill(settings, full)
  say('one site comes back with a million records, or its share of that')
  const fairness = await withCentre(settings, async ({ directory, uplink }) =>
    measureFairness({
      sites: 50,
      recordsPerSecond: 2000,
      seconds,
      backlog: 1_000_000 * scale,
      directory,
      uplink,
    }),
  )
  return { packing: { feeders, devices }, sustained, storm, backlog, fairness }
}

type DrillWishes = Pick<DrillSettings, 'seconds' | 'backlog' | 'recordsPerSecond' | 'hasStorm'>

async function drill(settings: UplinkBenchSettings, wishes: DrillWishes): Promise<DrillResult> {
  const { sites, say } = settings
  return withCentre(settings, async (place) =>
    new Drill({ ...place, ...wishes, sites, seed: 1, hasFaults: false, say }).run(),
  )
}

interface Place {
  readonly centre: CentreProcess
  readonly http: string
  readonly directory: string
  readonly uplink: (site: string) => UplinkSettings
}

/** A centre and outboxes that begin anew; in the database, sites of an earlier run are other sites. */
async function withCentre<Result>(
  { database }: UplinkBenchSettings,
  work: (place: Place) => Promise<Result>,
): Promise<Result> {
  using scratch = new Scratch('busbar-bench-')
  const directory = scratch.folder
  const embedded = ['--data', join(directory, 'centre')]
  const words = database === undefined ? embedded : ['--database', database]
  const centre = await CentreProcess.start(words)
  const url = `mqtt://${centre.mqtt}`
  const { backfillRecordsPerSecond } = limits
  const uplink = (): UplinkSettings => ({
    url,
    backfillRecordsPerSecond,
    oneWay: false,
    repeatAfterSeconds: [],
  })
  try {
    return await work({ centre, http: centre.http, directory: join(directory, 'sites'), uplink })
  } finally {
    await centre.stop()
  }
}

const PACKED_RECORDS = 200_000
/** Of what is wanted: what is found last is acknowledged after its second is over, which the rate counts. */
const OFFERED_SHARE = 1.05
