import { Micros } from '../../src/core/time.ts'
import type { Verdict } from '../../src/policy/gate.ts'
import { ExportRecord } from '../../src/policy/record.ts'
import type { PolicyChoice } from '../../src/policy/thread/desk-messages.ts'
import { openGate } from '../../src/policy/thread/open-gate.ts'

/** 2026-11-24T12:00:00Z. */
export const NOON = 1_795_521_600_000_000

const meter = { subject: { kind: 'device', id: 'm1' }, windowSeconds: 0, members: 1 } as const
const feeder = { subject: { kind: 'feeder', id: 'f1' }, windowSeconds: 900, members: 12 } as const

/** One of each that a substation has, with values that are easy to find again. */
export const records: readonly ExportRecord[] = [
  ExportRecord.raw({ ...meter, kind: 'readings', fields: { 'voltage.a': 231.21875 } }),
  ExportRecord.waveform({ ...meter, kind: 'comtrade', fields: { samples: [231.21875] } }),
  ExportRecord.aggregate({ ...feeder, kind: 'power.active/900', fields: { mean: 231.21875 } }),
  ExportRecord.aggregate({ ...feeder, kind: 'one', members: 1, fields: { mean: 231.21875 } }),
  ExportRecord.event({ ...meter, kind: 'dip', fields: { depth: 0.4, customer_id: 'C-231.21875' } }),
  ExportRecord.quality({ ...feeder, kind: 'week', fields: { compliant: true } }),
  ExportRecord.health({ ...feeder, kind: 'edge', fields: { uptime: 231.21875 } }),
  ExportRecord.inventory({ ...feeder, kind: 'devices', fields: { count: 12 } }),
]

/** Asks a gate of its own for all of them, twice, on their way to the centre. */
export async function askAll(directory: string, policy: PolicyChoice): Promise<readonly Verdict[]> {
  const world = { clock: () => Micros(NOON), onAlarm: () => {} }
  const { gate, close } = openGate({ site: 'ss-1', policy, log: { directory } }, world)
  const road = { destination: 'centre', channel: 'uplink', principal: 'centre' } as const
  const verdicts = await gate.ask(road, records)
  await gate.ask(road, records)
  await close()
  return verdicts
}

/** `leaves`, `stays`, and what is taken away. */
export function wordsOf(verdicts: readonly Verdict[]): string[] {
  return verdicts.map((verdict) =>
    verdict.kind === 'leaves' ? `leaves ${verdict.redacted.join(' ')}`.trim() : 'stays',
  )
}
