import type { DrillResult } from './drill.ts'
import type { FleetProgress } from './fleet.ts'

export function progressText({ connected, found, acknowledged, ...rest }: FleetProgress): string {
  const times = `P50 ${ms(rest.p50Ms)}, P99 ${ms(rest.p99Ms)}`
  return `${count(connected)} connected, ${count(acknowledged)} of ${count(found)} acknowledged, ${times}`
}

export function resultText(result: DrillResult): string {
  const { sites, found, recordsPerSecond, backlog, stormSeconds, sent, audit } = result
  const { centrePeakMb, centreCpuSeconds, ownCpuSeconds, centreRestarts } = result
  const lines = [
    `${count(sites)} sites found ${count(found)} records; ${count(recordsPerSecond)}/s acknowledged, P50 ${ms(result.p50Ms)}, P99 ${ms(result.p99Ms)}`,
    backlog &&
      `backlog of ${count(backlog.records)} drained at ${count(backlog.recordsPerSecond)}/s`,
    stormSeconds && `all connections broken at once: settled after ${stormSeconds.toFixed(1)} s`,
    `${count(sent.connections)} connections, ${count(sent.envelopes)} envelopes, ${count(sent.resent)} sent again for want of an answer, ${count(sent.stuck)} connections given up`,
    `${count(result.duplicated)} records repeated and ${count(result.reordered)} envelopes reordered on the way, ${centreRestarts} restarts of the centre`,
    centrePeakMb &&
      `centre ${count(centrePeakMb)} MB at its highest, ${seconds(centreCpuSeconds)} of processor; the fleet ${seconds(ownCpuSeconds)}`,
    result.isSettled
      ? `settled ${result.settledSeconds.toFixed(1)} s after the last record`
      : 'NOT settled: sites still wait for acknowledgements',
    `audit: ${count(audit.records)} records left, ${count(audit.arrived)} arrived; ${count(audit.missing)} missing, ${count(audit.foreign)} foreign, ${count(audit.stale)} stale; ${count(audit.duplicates)} duplicates counted, of ${count(audit.sentTooOften)} records sent more than once`,
    ...audit.faults.slice(0, SHOWN_FAULTS).map((fault) => `  ${fault}`),
    audit.faults.length === 0 ? 'every record is there once, in order' : 'the audit FAILED',
  ]
  return `${lines.filter((line) => typeof line === 'string').join('\n')}\n`
}

const SHOWN_FAULTS = 20

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

function seconds(value: number | undefined): string {
  return `${(value ?? 0).toFixed(1)} s`
}
