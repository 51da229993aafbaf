import { X509Certificate } from 'node:crypto'
import { readFileSync, statfsSync } from 'node:fs'
import manifest from '../../../package.json' with { type: 'json' }
import type { EdgeView } from '../../api/ports.ts'
import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import type { ReportedProcessor, ReportedSet, SiteReport } from '../../fleet/report.ts'
import { folderBytes } from '../../store/folder-bytes.ts'
import type { AlarmStation } from '../alarms/station.ts'
import type { ClockWatch } from '../clock-watch.ts'
import type { Ingest } from '../ingest.ts'
import { retentionOf } from '../site/retention-amounts.ts'
import type { Site } from '../site/site.ts'
import type { UplinkStatus } from '../uplink/status.ts'

export interface ReportParts {
  readonly site: Site
  readonly directory: string
  readonly view: Pick<EdgeView, 'health' | 'processors'>
  readonly alarms: Pick<AlarmStation, 'openCounts'>
  readonly uplink: { status(): UplinkStatus }
  readonly ingest: Pick<Ingest, 'waits' | 'received'>
  readonly clockWatch: Pick<ClockWatch, 'steps'>
  /** SHA-256 of the bundle that decides what leaves, or which other rules do. */
  readonly policy: () => string
  readonly set: () => ReportedSet
  readonly startedAt: number
}

/** What the edge says of itself to the centre. */
export function siteReport(parts: ReportParts): SiteReport {
  const { site, view, alarms, uplink, ingest, clockWatch, policy, set, startedAt } = parts
  const { problems } = view.health()
  const { streams, pending, isStuck } = uplink.status()
  const oldest = Math.min(...streams.map((each) => (each.oldest > 0 ? each.oldest : Infinity)))
  return {
    version: manifest.version,
    siteFile: site.digest,
    policy: policy(),
    processors: processorsOf(view),
    set: set(),
    problems: problems.slice(0, limits.reportProblems).map(cut),
    problemsTotal: problems.length,
    alarms: alarms.openCounts,
    uplink: { pending, oldest: oldest === Infinity ? null : formatTime(Micros(oldest)), isStuck },
    acknowledgementP99Seconds: Number(ingest.waits.p99Seconds.toFixed(6)),
    readings: ingest.received.reduce((sum, each) => sum + each, 0),
    storage: storageOf(parts),
    clock: { steps: clockWatch.steps, time: new Date().toISOString() },
    certificateEnds: certificateEnd(site.uplink?.certificate),
    startedAt: formatTime(Micros(startedAt)),
  }
}

function processorsOf(view: Pick<EdgeView, 'processors'>): readonly ReportedProcessor[] {
  const processors = view.processors().slice(0, limits.reportProcessors)
  return processors.map(({ name, version, digest, fault, refused }) => ({
    name,
    version,
    digest,
    state: fault === '' ? 'running' : 'stopped',
    fault: cut(fault === '' ? refused : fault),
  }))
}

function cut(text: string): string {
  const most = limits.reportProblemCharacters
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

function storageOf({ site, directory }: ReportParts): SiteReport['storage'] {
  const { bavail, bsize } = statfsSync(directory)
  const { budgetBytes } = retentionOf(site.retention, directory)
  return { usedBytes: folderBytes(directory), freeBytes: bavail * bsize, budgetBytes }
}

/** Null also for a file that is no certificate: whoever connects with it is told so. */
export function certificateEnd(path: string | undefined): string | null {
  if (path === undefined) return null
  try {
    return new Date(new X509Certificate(readFileSync(path)).validTo).toISOString()
  } catch {
    return null
  }
}
