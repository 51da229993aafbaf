import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { AlarmInfo } from '../src/alarms/alarm-info.ts'
import { formatAddress } from '../src/core/address.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'

const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
devices: [{ id: m1, kind: pmu }]
access: { anonymous: true }
alarms: { rules: [{ event: '*', offDelaySeconds: 0 }] }
`
const START_MS = Date.UTC(2026, 10, 24)

/** So many readings of a frequency, ten a second. */
async function publish(edge: TestedEdge, second: number, frequency: number): Promise<void> {
  const client = await connectAsync(edge.url, { protocolVersion: 5 })
  const readings = Array.from({ length: 50 }, (_, at) => ({
    ts: START_MS + second * 1000 + at * 100,
    values: { frequency },
  }))
  await client.publishAsync('grid/m1/readings', JSON.stringify(readings), { qos: 1 })
  await client.endAsync()
}

async function alarms(
  edge: TestedEdge,
  isSo: (alarm: AlarmInfo) => boolean,
): Promise<AlarmInfo | undefined> {
  for (let left = 200; left > 0; left--) {
    const url = `http://${formatAddress(edge.http)}/api/v1/alarms?name=frequency.low`
    const { alarms: list } = (await (await fetch(url)).json()) as { alarms: AlarmInfo[] }
    const found = list.find(isSo)
    if (found !== undefined) return found
    await delay(50)
  }
  return undefined
}

test('what a processor finds is an alarm, once, also where the edge is killed between the two', async () => {
  let edge = await TestedEdge.start(SITE)
  try {
    await publish(edge, 0, 50)
    await publish(edge, 5, 48.5)
    const raised = await alarms(edge, ({ active }) => active)
    assert.ok(raised !== undefined, 'it is raised')
    assert.deepEqual(
      [raised.subject.id, raised.state, raised.occurrences],
      ['m1', 'unacknowledged', 1],
    )
    edge = await edge.kill()
    // Written before that, or given again after it: the same either way, but for the moment at which it was noticed.
    const kept = await alarms(edge, ({ key }) => key === raised.key)
    assert.deepEqual([kept?.since, kept?.active, kept?.occurrences], [raised.since, true, 1])
    await publish(edge, 10, 50)
    const returned = await alarms(edge, ({ key, active }) => key === raised.key && !active)
    assert.deepEqual([returned?.state, returned?.occurrences], ['returned', 1])
  } finally {
    await edge[Symbol.asyncDispose]()
  }
})
