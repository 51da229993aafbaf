import type { DashboardOf } from './panel.ts'

const OF = '{site=~"$site"}'
const RATE = '[$__rate_interval]'

/** One edge, or several beside each other: is it taking readings, on the disk, computing, and getting through? */
export const edge: DashboardOf = {
  uid: 'busbar-edge',
  title: 'Busbar edge',
  from: 'now-6h',
  variables: [{ kind: 'label', name: 'site', metric: 'busbar_store_devices' }],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          kind: 'figure',
          title: 'Answers',
          unit: 'none',
          queries: [['up{job="busbar-edge", site=~"$site"}', '{{site}}']],
        },
        {
          kind: 'figure',
          title: 'Readings stored',
          unit: 'cps',
          queries: [[`sum(busbar:ingest_stored:rate5m${OF})`, '']],
        },
        {
          kind: 'figure',
          title: 'Devices connected',
          unit: 'none',
          queries: [[`sum(busbar_mqtt_clients${OF})`, '']],
        },
        {
          kind: 'figure',
          title: 'Alarms to acknowledge',
          unit: 'none',
          queries: [['sum(busbar_alarms{site=~"$site", state="unacknowledged"})', '']],
        },
        {
          kind: 'figure',
          title: 'Processors stopped',
          unit: 'none',
          queries: [[`sum(busbar_processor_stopped${OF})`, '']],
        },
        {
          kind: 'figure',
          title: 'Waiting for the centre',
          unit: 'none',
          queries: [[`sum(busbar_uplink_pending_records${OF})`, '']],
        },
      ],
    },
    {
      title: 'Readings',
      panels: [
        {
          kind: 'lines',
          title: 'Readings by outcome',
          unit: 'cps',
          queries: [
            [
              `sum by (site, outcome) (rate(busbar_ingest_readings_total${OF}${RATE}))`,
              '{{site}} {{outcome}}',
            ],
          ],
        },
        {
          kind: 'lines',
          title: 'Time of a commit',
          unit: 's',
          description: 'An acknowledgement waits for its commit, and is to come within 50 ms.',
          queries: [
            [`busbar:commit_seconds:mean5m${OF}`, '{{site}} mean'],
            [`busbar_store_commit_last_seconds${OF}`, '{{site}} last'],
          ],
        },
        {
          kind: 'lines',
          title: 'Connections',
          unit: 'none',
          queries: [
            [`busbar_mqtt_clients${OF}`, '{{site}} clients'],
            [`busbar_mqtt_sessions${OF}`, '{{site}} sessions'],
          ],
        },
        {
          kind: 'lines',
          title: 'Commits',
          unit: 'cps',
          queries: [[`rate(busbar_store_commits_total${OF}${RATE})`, '{{site}}']],
        },
        {
          kind: 'lines',
          title: 'Logins and connections that fail',
          unit: 'cps',
          queries: [
            [`rate(busbar_mqtt_logins_failed_total${OF}${RATE})`, '{{site}} logins'],
            [`rate(busbar_mqtt_handshakes_failed_total${OF}${RATE})`, '{{site}} handshakes'],
            [`rate(busbar_mqtt_protocol_errors_total${OF}${RATE})`, '{{site}} protocol'],
          ],
        },
        {
          kind: 'lines',
          title: 'Messages to subscribers',
          unit: 'cps',
          queries: [
            [`rate(busbar_mqtt_messages_sent_total${OF}${RATE})`, '{{site}} sent'],
            [`rate(busbar_mqtt_deliveries_dropped_total${OF}${RATE})`, '{{site}} dropped'],
          ],
        },
      ],
    },
    {
      title: 'Disk',
      panels: [
        {
          kind: 'lines',
          title: 'Data folder',
          unit: 'bytes',
          queries: [
            [`busbar_store_disk_bytes${OF}`, '{{site}} folder'],
            [`busbar_store_disk_budget_bytes${OF}`, '{{site}} budget'],
            [`busbar_store_journal_bytes${OF}`, '{{site}} journal'],
          ],
        },
        {
          kind: 'lines',
          title: 'Written to the disk',
          unit: 'Bps',
          description: 'What wears a flash disk out.',
          queries: [[`rate(busbar_process_written_bytes_total${OF}${RATE})`, '{{site}}']],
        },
        {
          kind: 'lines',
          title: 'Readings that are in the journal only',
          unit: 'none',
          queries: [[`busbar_history_unsealed_readings${OF}`, '{{site}}']],
        },
      ],
    },
    {
      title: 'Processors and alarms',
      panels: [
        {
          kind: 'lines',
          title: 'Time of a call, 99th percentile',
          unit: 's',
          queries: [[`busbar_processor_call_p99_seconds${OF}`, '{{site}} {{processor}}']],
        },
        {
          kind: 'lines',
          title: 'Readings behind the journal',
          unit: 'none',
          queries: [[`busbar_processors_behind_readings${OF}`, '{{site}}']],
        },
        {
          kind: 'lines',
          title: 'Results',
          unit: 'cps',
          queries: [[`rate(busbar_processor_results_total${OF}${RATE})`, '{{site}} {{processor}}']],
        },
        {
          kind: 'lines',
          title: 'Memory of processors',
          unit: 'bytes',
          queries: [[`busbar_processor_memory_bytes${OF}`, '{{site}} {{processor}}']],
        },
        {
          kind: 'lines',
          title: 'Alarms by state',
          unit: 'none',
          queries: [[`busbar_alarms${OF}`, '{{site}} {{state}}']],
        },
        {
          kind: 'lines',
          title: 'People to be told',
          unit: 'none',
          queries: [
            [`busbar_notify_waiting${OF}`, '{{site}} {{contact}} waiting'],
            [`busbar_notify_failing${OF}`, '{{site}} {{contact}} failing'],
          ],
        },
      ],
    },
    {
      title: 'What leaves',
      panels: [
        {
          kind: 'lines',
          title: 'Backlog',
          unit: 'none',
          queries: [[`busbar_uplink_pending_records${OF}`, '{{site}}']],
        },
        {
          kind: 'lines',
          title: 'Age of the oldest that waits',
          unit: 's',
          queries: [[`busbar_uplink_oldest_seconds${OF}`, '{{site}}']],
        },
        {
          kind: 'lines',
          title: 'Records sent',
          unit: 'cps',
          queries: [[`rate(busbar_uplink_records_total${OF}${RATE})`, '{{site}}']],
        },
        {
          kind: 'lines',
          title: 'Egress gate',
          unit: 'cps',
          queries: [
            [`rate(busbar_policy_records_left_total${OF}${RATE})`, '{{site}} left'],
            [`rate(busbar_policy_records_stayed_total${OF}${RATE})`, '{{site}} stayed'],
            [`rate(busbar_policy_records_undecided_total${OF}${RATE})`, '{{site}} undecided'],
          ],
        },
        {
          kind: 'lines',
          title: 'Processor time',
          unit: 'percentunit',
          queries: [[`rate(busbar_process_cpu_seconds_total${OF}${RATE})`, '{{site}}']],
        },
        {
          kind: 'lines',
          title: 'Memory',
          unit: 'bytes',
          queries: [[`busbar_process_resident_bytes${OF}`, '{{site}}']],
        },
      ],
    },
  ],
}
