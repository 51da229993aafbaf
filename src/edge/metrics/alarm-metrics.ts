import type { Described, MetricsParts } from './described.ts'

export function alarmCounters({ alarms }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_alarms_events_total',
      help: 'Events of processors that alarms were made of, or could have been.',
      value: () => alarms.counters.events,
    },
    {
      name: 'busbar_alarms_events_repeated_total',
      help: 'Events among them that were known, or older than what was known.',
      value: () => alarms.counters.repeated,
    },
    {
      name: 'busbar_alarms_events_informative_total',
      help: 'Events among them that are not severe enough for an alarm.',
      value: () => alarms.counters.informative,
    },
    {
      name: 'busbar_alarms_events_brief_total',
      help: 'Events among them that were over before the on-delay was.',
      value: () => alarms.counters.brief,
    },
    {
      name: 'busbar_alarms_events_refused_total',
      help: 'Events among them for whose alarm there was no room.',
      value: () => alarms.counters.refused,
    },
    {
      name: 'busbar_alarms_floods_total',
      help: 'Alarms that were formed of many of one kind.',
      value: () => alarms.counters.floods,
    },
    {
      name: 'busbar_alarms_evicted_total',
      help: 'Normal alarms that were forgotten to make room.',
      value: () => alarms.counters.evicted,
    },
    {
      name: 'busbar_alarms_damaged_total',
      help: 'Rows of alarms that could not be read at the start.',
      value: () => alarms.counters.damaged,
    },
    {
      name: 'busbar_alarms_steps_lost_total',
      help: 'Steps of alarms that were not written: too many waited for the disk.',
      value: () => alarms.counters.transitionsDropped,
    },
    {
      name: 'busbar_alarms_steps_dropped_total',
      help: 'Steps of alarms that made room for later ones, since the data folder was made.',
      value: () => alarms.stepsDropped,
    },
  ]
}

export function alarmGauges({ alarms }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_alarms_failing',
      help: '1 while alarms cannot be written.',
      value: () => (alarms.failure === '' ? 0 : 1),
    },
  ]
}
