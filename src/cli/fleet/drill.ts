import { setTimeout as pause } from 'node:timers/promises'
import type { UplinkSettings } from '../../edge/site/uplink.ts'
import { type AuditResult, audit } from './audit.ts'
import type { CentreProcess } from './centre-process.ts'
import { progressText } from './drill-text.ts'
import { Fleet } from './fleet.ts'
import type { SentCounters } from './fleet-site.ts'

export interface DrillSettings {
  readonly sites: number
  readonly recordsPerSecond: number
  readonly seconds: number
  readonly backlog: number
  readonly seed: number
  readonly hasFaults: boolean
  readonly hasStorm: boolean
  readonly directory: string
  readonly uplink: (site: string) => UplinkSettings
  readonly http: string
  /** Undefined: it is another's, and is left alone. */
  readonly centre: CentreProcess | undefined
  readonly say: (line: string) => void
}

export interface DrillResult {
  readonly sites: number
  readonly seconds: number
  readonly found: number
  /** From the first record to the acknowledgement of the last. */
  readonly recordsPerSecond: number
  readonly backlog: { readonly records: number; readonly recordsPerSecond: number } | undefined
  readonly p50Ms: number
  readonly p99Ms: number
  /** From the break to all sites being back with all acknowledged that had been found before it. */
  readonly stormSeconds: number | undefined
  readonly settledSeconds: number
  readonly isSettled: boolean
  readonly sent: SentCounters
  readonly duplicated: number
  readonly reordered: number
  readonly centreRestarts: number
  readonly centrePeakMb: number | undefined
  readonly centreCpuSeconds: number | undefined
  readonly ownCpuSeconds: number
  readonly audit: AuditResult
}

/** One run of a fleet: fill, connect, find and fail, heal, settle, audit. */
export class Drill {
  readonly #settings: DrillSettings
  #restarts = 0
  /** Of centres that were killed. */
  #cpuBefore = 0
  #peakBefore = 0

  constructor(settings: DrillSettings) {
    this.#settings = settings
  }

  async run(): Promise<DrillResult> {
    const { seconds, say, hasFaults, hasStorm, centre, http } = this.#settings
    const fleet = await Fleet.open({ ...this.#settings, hasWires: hasFaults || hasStorm })
    const shown = setInterval(() => say(progressText(fleet.progress)), SHOWN_MS)
    try {
      const backlog = await this.#drain(fleet)
      const cpu = process.cpuUsage()
      const before = fleet.acknowledged
      const beginMs = performance.now()
      const storm = hasStorm ? this.#storm(fleet) : undefined
      const restarts = hasFaults && centre !== undefined ? this.#restart(centre) : undefined
      await fleet.run(seconds)
      const tookSeconds = (performance.now() - beginMs) / 1000
      await restarts
      const stormSeconds = await storm
      const isSettled = await fleet.settled(PATIENCE_MS)
      const { user, system } = process.cpuUsage(cpu)
      const allSeconds = (performance.now() - beginMs) / 1000
      const recordsPerSecond = Math.round((fleet.acknowledged - before) / allSeconds)
      const settledSeconds = allSeconds - tookSeconds
      const { p50Ms, p99Ms } = fleet.progress
      clearInterval(shown)
      say('asking the centre for all that it has')
      return {
        sites: this.#settings.sites,
        seconds,
        found: fleet.found,
        recordsPerSecond,
        backlog,
        p50Ms,
        p99Ms,
        stormSeconds,
        settledSeconds,
        isSettled,
        sent: fleet.counters,
        duplicated: fleet.duplicated,
        reordered: fleet.reordered,
        centreRestarts: this.#restarts,
        centrePeakMb: centre && Math.max(this.#peakBefore, centre.peakMb ?? 0),
        centreCpuSeconds: centre && this.#cpuBefore + (centre.cpuSeconds ?? 0),
        ownCpuSeconds: (user + system) / 1e6,
        audit: await audit(fleet, http),
      }
    } finally {
      clearInterval(shown)
      fleet.close()
    }
  }

  /** What sites found before they could say it, and how fast it is gone. */
  async #drain(fleet: Fleet): Promise<DrillResult['backlog']> {
    const { backlog, sites } = this.#settings
    for (const site of fleet.sites) fleet.fill(site, backlog)
    const beginMs = performance.now()
    fleet.connect()
    const patienceMs = PATIENCE_MS + sites * backlog
    await fleet.settled(patienceMs)
    if (backlog === 0) return undefined
    const seconds = (performance.now() - beginMs) / 1000
    fleet.forgetLatency()
    return { records: fleet.found, recordsPerSecond: Math.round(fleet.acknowledged / seconds) }
  }

  async #storm(fleet: Fleet): Promise<number> {
    await pause(this.#settings.seconds * 500)
    const beginMs = performance.now()
    fleet.storm()
    await fleet.settled(PATIENCE_MS)
    return (performance.now() - beginMs) / 1000
  }

  async #restart(centre: CentreProcess): Promise<void> {
    await pause(this.#settings.seconds * 600)
    this.#cpuBefore += centre.cpuSeconds ?? 0
    this.#peakBefore = Math.max(this.#peakBefore, centre.peakMb ?? 0)
    this.#restarts++
    await centre.restart()
  }
}

const SHOWN_MS = 2000
/** A link that is stuck heals itself after 20 s, and a broker that forgot is asked again after 10. */
const PATIENCE_MS = 90_000
