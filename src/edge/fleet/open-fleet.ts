import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import type { EdgeView } from '../../api/ports.ts'
import type { ReportedSet } from '../../fleet/report.ts'
import { fleetTopic, toSite } from '../../fleet/topics.ts'
import { decodeAnswer } from '../../fleet/transfer.ts'
import { type Sample, kindOf } from '../../fleet/watch.ts'
import type { Gate } from '../../uplink/gate.ts'
import type { AlarmStation } from '../alarms/station.ts'
import type { ClockWatch } from '../clock-watch.ts'
import { type Egress, SHIPPED_FOLDER } from '../egress/egress.ts'
import type { Ingest } from '../ingest.ts'
import type { Site } from '../site/site.ts'
import { PolicyGate } from '../uplink/policy-gate.ts'
import type { UplinkStation } from '../uplink/station.ts'
import { linkProblem } from '../uplink/status.ts'
import { Places } from './places.ts'
import { Renewal } from './renewal.ts'
import { Reporter } from './reporter.ts'
import { SetStation, type SetStationParts } from './set-station.ts'
import { SetStore } from './set-store.ts'
import { siteReport } from './site-report.ts'

export interface FleetParts {
  readonly site: Site
  readonly directory: string
  readonly gate?: Gate
  readonly egress: Egress
  readonly view: EdgeView
  readonly alarms: AlarmStation
  readonly uplink: UplinkStation
  readonly ingest: Ingest
  readonly clockWatch: ClockWatch
  readonly siteFile?: string
  readonly restart?: (why: string) => void
  readonly warn: (text: string) => void
}

function policyDigest({ policy }: Egress): string {
  if (policy.kind !== 'site') return policy.kind
  try {
    return createHash('sha256').update(readFileSync(policy.path)).digest('hex')
  } catch {
    return '' // That it is missing is what the gate says.
  }
}

/** What a centre is told of this edge, and what it asks of it, over the connection of the uplink. */
export function openFleet(parts: FleetParts, started: AsyncDisposableStack): void {
  const { site, egress, uplink, warn, view, ingest } = parts
  const id = site.site.id
  const startedAt = Date.now() * 1000
  const desiredTopic = fleetTopic(id, 'desired')
  const link = uplink.carry({
    topics: toSite.map((kind) => fleetTopic(id, kind)),
    connected: () => {
      reporter.connected()
      sets?.connected()
      void renewal.look(Date.now())
    },
    message: (topic, bytes) => {
      if (topic === desiredTopic) return sets?.desired(bytes)
      const answer = decodeAnswer(bytes)
      if (answer === undefined) return
      sets?.answered(answer)
      renewal.answered(answer)
    },
    refused: (why) => warn(`The broker refuses what is of the fleet: ${why}.`),
  })
  const sample = (): Sample => {
    const status = uplink.status()
    const ofLink = kindOf(linkProblem(status))
    return {
      problems: view.health().problems.filter((each) => kindOf(each) !== ofLink),
      isLinkUp: status.link === 'up',
      readings: ingest.received.reduce((sum, each) => sum + each, 0),
      p99Seconds: ingest.waits.p99Seconds,
    }
  }
  const request = (bytes: Uint8Array): void =>
    link.sendAside(fleetTopic(id, 'request'), bytes, { retain: false })
  const sets = openSets(parts, { sample, request })
  const renewal = new Renewal({ site: id, settings: site.uplink ?? {}, request, warn })
  const timer = setInterval(() => void renewal.look(Date.now()), limits.renewalAgainMs).unref()
  const policy = (): string => policyDigest(egress)
  const set = (): ReportedSet => sets?.status() ?? NO_SET
  const reporter = new Reporter({
    site: id,
    gate: parts.gate ?? new PolicyGate(site, egress.gate),
    link,
    make: () => siteReport({ ...parts, policy, set, startedAt }),
    warn,
  })
  started.defer(() => {
    clearInterval(timer)
    reporter.stop()
    sets?.stop()
  })
}

/** Undefined: whoever started this edge has no site file that could be changed. */
function openSets(
  { site, directory, siteFile, restart, egress, warn }: FleetParts,
  own: Pick<SetStationParts, 'sample' | 'request'>,
): SetStation | undefined {
  if (siteFile === undefined || restart === undefined) return undefined
  return new SetStation({
    ...own,
    site: site.site.id,
    directory,
    shippedFolder: SHIPPED_FOLDER,
    store: new SetStore(directory),
    places: new Places(siteFile, directory),
    renew: async () => {
      const fault = await egress.renew(egress.policy)
      if (fault !== '') warn(`The policy of the set cannot be used: ${fault}`)
    },
    restart,
    warn,
  })
}

const NO_SET: ReportedSet = { state: 'none', digest: '', revision: 0, reason: '', drift: [] }
