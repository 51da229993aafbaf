import type { StreamStatus } from '../uplink/status.ts'
import type { Described, MetricsParts } from './described.ts'

/** Zero where the site file has no uplink. */
export function uplinkCounters({ uplink }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_uplink_connections_total',
      help: 'Connections to the broker of the centre.',
      value: () => uplink?.counters.connections ?? 0,
    },
    {
      name: 'busbar_uplink_records_total',
      help: 'Records that envelopes spoke of: sent, sent again, or said to stay.',
      value: () => uplink?.counters.records ?? 0,
    },
    {
      name: 'busbar_uplink_envelopes_total',
      help: 'Envelopes that were sent.',
      value: () => uplink?.counters.envelopes ?? 0,
    },
    {
      name: 'busbar_uplink_resent_total',
      help: 'Envelopes that were not acknowledged in time and were to go again.',
      value: () => uplink?.counters.resent ?? 0,
    },
    {
      name: 'busbar_uplink_stuck_total',
      help: 'Connections that were given up because the centre acknowledged nothing over them.',
      value: () => uplink?.counters.stuck ?? 0,
    },
    {
      name: 'busbar_uplink_acknowledgements_total',
      help: 'Acknowledgements of the centre.',
      value: () => uplink?.acknowledgements ?? 0,
    },
    {
      name: 'busbar_uplink_withheld_total',
      help: 'Records that the policy kept at the site, counted each time they were asked about.',
      value: () => uplink?.counters.withheld ?? 0,
    },
    {
      name: 'busbar_uplink_oversized_total',
      help: 'Records that are too large to be sent and stay at the site.',
      value: () => uplink?.counters.oversized ?? 0,
    },
  ]
}

export function uplinkGauges({ uplink, clock }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_uplink_connected',
      help: '1 while there is a connection to the broker of the centre.',
      value: () => (uplink?.status().link === 'up' ? 1 : 0),
    },
    {
      name: 'busbar_uplink_stuck',
      help: '1 while the centre has acknowledged nothing new for too long though something waits, or has not answered at all.',
      value: () => (uplink?.status().isStuck === true ? 1 : 0),
    },
    {
      name: 'busbar_uplink_pending_records',
      help: 'Records that the centre has not acknowledged.',
      value: () => uplink?.status().pending ?? 0,
    },
    {
      name: 'busbar_uplink_eta_seconds',
      help: 'Until all that waits has been sent; -1 while there is no connection.',
      value: () => uplink?.status().etaSeconds ?? -1,
    },
    {
      name: 'busbar_uplink_oldest_seconds',
      help: 'Age of the oldest record that waits; 0: none does.',
      value: () => ageOf(uplink?.status().streams ?? [], clock()),
    },
  ]
}

function ageOf(streams: readonly StreamStatus[], now: number): number {
  const times = streams.map(({ oldest }) => oldest).filter((time) => time > 0)
  return times.length === 0 ? 0 : Math.max(0, (now - Math.min(...times)) / 1e6)
}

/** A figure that each stream has, labelled with its name. */
export const UPLINK_STREAM_COUNTERS: readonly {
  readonly name: string
  readonly help: string
  readonly value: (status: StreamStatus) => number
}[] = [
  {
    name: 'busbar_uplink_lost_total',
    help: 'Records that made room before the centre had acknowledged them, since the data folder was made.',
    value: ({ lost }) => lost,
  },
]
