import type { ProcessorStatus } from '../processors/protocol.ts'
import type { Described, MetricsParts } from './described.ts'

/** A figure that each processor has. */
interface EachHas {
  readonly name: string
  readonly help: string
  readonly value: (status: ProcessorStatus) => number
}

/** Labelled with the name of the processor. */
export const PROCESSOR_COUNTERS: readonly EachHas[] = [
  {
    name: 'busbar_processor_readings_total',
    help: 'Readings that a processor has taken in since its thread was started.',
    value: ({ readings }) => readings,
  },
  {
    name: 'busbar_processor_results_total',
    help: 'Results that a processor has found since its thread was started.',
    value: ({ results }) => results,
  },
  {
    name: 'busbar_processor_dropped_results_total',
    help: 'Results that found no room in the output of a processor.',
    value: ({ dropped }) => dropped,
  },
  {
    name: 'busbar_processor_calls_total',
    help: 'Calls of a processor.',
    value: ({ calls }) => calls,
  },
  {
    name: 'busbar_processor_call_seconds_total',
    help: 'Time spent in calls of a processor.',
    value: ({ seconds }) => seconds,
  },
]

export const PROCESSOR_GAUGES: readonly EachHas[] = [
  {
    name: 'busbar_processor_stopped',
    help: '1 while a processor is stopped; /api/v1/processors says why.',
    value: ({ fault }) => (fault === '' ? 0 : 1),
  },
  {
    name: 'busbar_processor_call_p50_seconds',
    help: 'Half of the last 1,024 calls of a processor took no longer.',
    value: ({ p50Seconds }) => p50Seconds,
  },
  {
    name: 'busbar_processor_call_p99_seconds',
    help: '99 of 100 of the last 1,024 calls of a processor took no longer.',
    value: ({ p99Seconds }) => p99Seconds,
  },
  {
    name: 'busbar_processor_memory_bytes',
    help: 'Memory of a processor.',
    value: ({ memoryBytes }) => memoryBytes,
  },
]

export function processorTotals({ processors }: MetricsParts): {
  readonly counters: readonly Described[]
  readonly gauges: readonly Described[]
} {
  return {
    counters: [
      {
        name: 'busbar_processors_restarts_total',
        help: 'Threads of processors that ended and were started again, for a module that did not come back for instance.',
        value: () => processors.restarts,
      },
      {
        name: 'busbar_processors_missed_rows_total',
        help: 'Rows of the journal that were gone before processors came to them: they were too far behind.',
        value: () => processors.total('missedRows'),
      },
      {
        name: 'busbar_processors_damaged_rows_total',
        help: 'Rows of the journal that could not be read by processors.',
        value: () => processors.total('damagedRows'),
      },
      {
        name: 'busbar_results_removed_total',
        help: 'Results that made room for later ones, since the start.',
        value: () => processors.total('removedResults'),
      },
    ],
    gauges: [
      {
        name: 'busbar_processors_behind_readings',
        help: 'Readings in the journal that some processor has not taken in.',
        value: () => processors.total('behindReadings'),
      },
    ],
  }
}
