import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { EdgeView } from '../../api/ports.ts'
import type { ReportedSet } from '../../fleet/report.ts'
import type { Gate } from '../../uplink/gate.ts'
import type { AlarmStation } from '../alarms/station.ts'
import type { ClockWatch } from '../clock-watch.ts'
import type { Egress } from '../egress/egress.ts'
import type { Ingest } from '../ingest.ts'
import type { Site } from '../site/site.ts'
import { PolicyGate } from '../uplink/policy-gate.ts'
import type { UplinkStation } from '../uplink/station.ts'
import { Reporter } from './reporter.ts'
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
  readonly warn: (text: string) => void
}

const NO_SET: ReportedSet = { state: 'none', digest: '', revision: 0, reason: '', drift: [] }

function policyDigest({ policy }: Egress): string {
  if (policy.kind !== 'site') return policy.kind
  try {
    return createHash('sha256').update(readFileSync(policy.path)).digest('hex')
  } catch {
    return '' // That it is missing is what the gate says.
  }
}

/** What a centre is told of this edge, over the connection of the uplink. */
export function openFleet(parts: FleetParts, started: AsyncDisposableStack): void {
  const { site, egress, uplink, warn } = parts
  const startedAt = Date.now() * 1000
  const set = (): ReportedSet => NO_SET
  const policy = (): string => policyDigest(egress)
  const link = uplink.carry({
    topics: [],
    connected: () => reporter.connected(),
    message: () => {},
    refused: (why) => warn(`The broker refuses what is of the fleet: ${why}.`),
  })
  const reporter = new Reporter({
    site: site.site.id,
    gate: parts.gate ?? new PolicyGate(site, egress.gate),
    link,
    make: () => siteReport({ ...parts, policy, set, startedAt }),
    warn,
  })
  started.defer(() => reporter.stop())
}
