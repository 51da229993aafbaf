import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Micros } from '../../core/time.ts'
import { nodeFindings } from './node-findings.ts'

const NOW = Micros(Date.UTC(2026, 10, 24) * 1000)
const well = { status: 'ok', site: 's1', uptimeSeconds: 60, problems: [] }

function textsOf(
  metrics: Readonly<Record<string, number>>,
  problems: readonly string[] = [],
): string[] {
  const answers = { processors: {}, uplink: {}, health: { ...well, problems } }
  const findings = nodeFindings({ ...answers, metrics: new Map(Object.entries(metrics)) }, NOW)
  for (const { advice } of findings) assert.match(advice, /\S/)
  return findings.map(({ file, text }) => `${file} ${text}`)
}

test('a node without a fault has no findings, one with faults has one for each', () => {
  const end = NOW / 1e6
  assert.deepEqual(
    textsOf({
      busbar_store_commits_total: 100,
      busbar_store_commit_seconds_total: 0.4,
      'busbar_mqtt_certificate_expiry_seconds{listener="tls"}': end + 90 * 86_400,
    }),
    [],
  )
  assert.deepEqual(
    textsOf(
      {
        busbar_store_commits_total: 100,
        busbar_store_commit_seconds_total: 9,
        'busbar_mqtt_certificate_expiry_seconds{listener="tls"}': end + 86_400,
        'busbar_mqtt_certificate_expiry_seconds{listener="webSocket"}': end - 86_400,
        busbar_processors_behind_readings: 2_000_000,
        busbar_uplink_oldest_seconds: 7200,
        'busbar_uplink_lost_total{stream="result"}': 3,
      },
      ['Processor filter is stopped (trap). Its readings are kept.'],
    ),
    [
      'edge Processor filter is stopped (trap). Its readings are kept.',
      'disk a commit takes 90 ms, and every acknowledgement waits for one',
      'certificate of listener tls ends on 2026-11-25',
      'certificate of listener webSocket ended on 2026-11-23',
      'processors are 2000000 readings behind',
      'uplink the oldest record that waits for the centre is 120 min old',
      'uplink 3 records made room before the centre had them',
    ],
  )
})
