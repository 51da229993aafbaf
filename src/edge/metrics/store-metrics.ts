import type { Described, MetricsParts } from './described.ts'

export function historyMetrics({ history }: MetricsParts): {
  readonly counters: readonly Described[]
  readonly gauges: readonly Described[]
} {
  const { totals } = history
  return {
    counters: [
      {
        name: 'busbar_history_readings_total',
        help: 'Readings sealed: moved from the journal into history.',
        value: () => totals.readings,
      },
      {
        name: 'busbar_history_spans_total',
        help: 'Spans of history written, those that were written again with more in them included.',
        value: () => totals.spans,
      },
      {
        name: 'busbar_history_bytes_total',
        help: 'Bytes of these spans.',
        value: () => totals.bytes,
      },
      {
        name: 'busbar_history_repeated_readings_total',
        help: 'Readings found to be in history already when they were sealed, and left out.',
        value: () => totals.repeated,
      },
      {
        name: 'busbar_history_quarantined_rows_total',
        help: 'Damaged rows of the journal that were put aside when they were to be sealed.',
        value: () => totals.quarantined,
      },
      {
        name: 'busbar_history_thinned_readings_total',
        help: 'Readings that made room or were older than is kept, since the data folder was made.',
        value: () => history.thinned.values().reduce((sum, readings) => sum + readings, 0),
      },
      {
        name: 'busbar_history_thinned_windows_total',
        help: 'Windows of readings that went, which made room themselves or were older than is kept, since the data folder was made.',
        value: () => history.thinnedWindows.values().reduce((sum, windows) => sum + windows, 0),
      },
    ],
    gauges: [
      {
        name: 'busbar_history_unsealed_readings',
        help: 'Readings since the start that are still in the journal only.',
        value: () => history.unsealed,
      },
      {
        name: 'busbar_history_failing',
        help: '1 while sealing fails; the journal grows meanwhile.',
        value: () => (history.failure === '' ? 0 : 1),
      },
      {
        name: 'busbar_store_disk_budget_bytes',
        help: 'What the data folder may take.',
        value: () => history.retention.budgetBytes,
      },
    ],
  }
}

export function storeCounters({ writer, ingest, clockWatch }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_store_commits_total',
      help: 'Group commits, each with one fsync.',
      value: () => writer.gauge('commits'),
    },
    {
      name: 'busbar_store_commit_seconds_total',
      help: 'Time spent in group commits.',
      value: () => writer.gauge('commitSeconds'),
    },
    {
      name: 'busbar_store_rows_total',
      help: 'Rows written to the journal.',
      value: () => writer.gauge('rows'),
    },
    {
      name: 'busbar_store_row_bytes_total',
      help: 'Bytes of row bodies written to the journal.',
      value: () => writer.gauge('rowBytes'),
    },
    {
      name: 'busbar_store_unchecked_readings_total',
      help: 'Late readings stored without knowing whether they are new: the bound of the lookup was reached.',
      value: () => writer.gauge('unchecked'),
    },
    {
      name: 'busbar_store_disk_full_refusals_total',
      help: 'Readings refused because the disk was full, since the start; a message that was not looked into counts as one.',
      value: () => ingest.givenBack.refusals,
    },
    {
      name: 'busbar_clock_steps_total',
      help: 'Times that the clock of the edge was set since its start.',
      value: () => clockWatch.steps,
    },
  ]
}

export function storeGauges({
  writer,
  names,
  diskBytes,
  damagedFiles,
  journalBytes,
}: MetricsParts): readonly Described[] {
  return [
    { name: 'busbar_store_devices', help: 'Devices numbered.', value: () => names.devicesTotal },
    { name: 'busbar_store_points', help: 'Points numbered.', value: () => names.pointsTotal },
    { name: 'busbar_store_disk_bytes', help: 'Size of the data folder.', value: diskBytes },
    {
      name: 'busbar_store_journal_bytes',
      help: 'Size of the journal itself, without the write-ahead log beside it.',
      value: journalBytes,
    },
    {
      name: 'busbar_store_commit_last_seconds',
      help: 'Duration of the last group commit.',
      value: () => writer.gauge('commitSecondsLast'),
    },
    {
      name: 'busbar_store_damaged_files',
      help: 'Damaged files that were put aside in the data folder and are still there.',
      value: damagedFiles,
    },
    {
      name: 'busbar_store_damaged_rows',
      help: 'Journal rows that could not be read, as far as anybody has come across them.',
      value: () => writer.gauge('damagedRows'),
    },
    {
      name: 'busbar_store_disk_refuses',
      help: '1 while the disk refuses to write and nothing is acknowledged.',
      value: () => writer.gauge('diskRefuses'),
    },
    {
      name: 'busbar_store_disk_full',
      help: '1 while the disk is full and readings are refused.',
      value: () => writer.gauge('diskFull'),
    },
  ]
}
