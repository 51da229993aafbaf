import type { Described, MetricsParts } from './described.ts'

/** Zero where the site speaks no Sparkplug. */
export function sparkplugCounters({ sparkplug }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_sparkplug_rebirths_total',
      help: 'Births asked for: an edge node was not known, or messages of it were missing.',
      value: () => sparkplug?.counters.rebirths ?? 0,
    },
    {
      name: 'busbar_sparkplug_metrics_skipped_total',
      help: 'Metrics that are no number (text, data sets, templates), or whose birth was not known.',
      value: () => sparkplug?.counters.skippedMetrics ?? 0,
    },
  ]
}

export function commandCounters({ commands, auditDropped }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_commands_stray_answers_total',
      help: 'Answers of devices that nobody waited for, or no longer.',
      value: () => commands.counters.strayAnswers,
    },
    {
      name: 'busbar_commands_unrecorded_total',
      help: 'Requests for commands that were turned away without a record of their own: too many, one after another.',
      value: () => commands.counters.unrecorded,
    },
    {
      name: 'busbar_store_audit_dropped_total',
      help: 'Records of commands that made room for later ones, since the data folder was made.',
      value: auditDropped,
    },
  ]
}

export function commandGauges({ commands }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_commands_in_flight',
      help: 'Commands that have not come to an end.',
      value: () => commands.inFlight,
    },
  ]
}
