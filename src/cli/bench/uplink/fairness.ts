import type { UplinkSettings } from '../../../edge/site/uplink.ts'
import { Fleet } from '../../fleet/fleet.ts'

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
  /** From the commit of what is new, at any site, to its acknowledgement. */
  readonly beforeP99Ms: number
  readonly duringP99Ms: number
  /** How much of the backlog was gone when the time was over. */
  readonly drained: number
  readonly isSettled: boolean
}

/** One site comes back with a great backlog: do the others, and what is new at itself, wait for it? */
export async function measureFairness(settings: FairnessSettings): Promise<FairnessResult> {
  const { seconds, backlog } = settings
  const fleet = await Fleet.open({ ...settings, seed: 1, hasWires: false, hasFaults: false })
  try {
    const [away, ...others] = fleet.sites
    if (away !== undefined) fleet.fill(away, backlog)
    for (const site of others) site.connect()
    await fleet.run(SETTLING_SECONDS)
    fleet.forgetLatency()
    await fleet.run(seconds)
    const beforeP99Ms = fleet.latency.quantileMs(0.99)
    fleet.connect()
    away?.forgetWaiting()
    fleet.forgetLatency()
    await fleet.run(seconds)
    const duringP99Ms = fleet.latency.quantileMs(0.99)
    const drained = Math.min(backlog, away?.acknowledged ?? 0)
    const isSettled = await fleet.settled(PATIENCE_MS)
    return { beforeP99Ms, duringP99Ms, drained, isSettled }
  } finally {
    fleet.close()
  }
}

/** Until what is compiled is compiled. */
const SETTLING_SECONDS = 3
const PATIENCE_MS = 120_000
