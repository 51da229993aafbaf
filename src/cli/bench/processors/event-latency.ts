import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MqttClient, connectAsync } from 'mqtt'
import { formatAddress } from '../../../core/address.ts'
import { GridError } from '../../../core/errors.ts'
import { loadBuiltIn } from '../../../kernel/built-in.ts'
import { packModule } from '../../../kernel/package.ts'
import { EdgeProcess } from '../edge-process.ts'
import { Histogram } from '../histogram.ts'
import { LoadConnection } from '../load-connection.ts'

export interface EventLatency {
  readonly readingsPerSecond: number
  readonly events: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/**
 * From a reading published to the event that it makes, at a subscriber within the substation, beside a load. The module is the one that
 * `busbar processor new` makes; the processors that come with Busbar run as well, on the load.
 */
export async function measureEventLatency(seconds: number): Promise<EventLatency> {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
  const edge = await startEdge(directory)
  const url = `mqtt://${formatAddress(edge.mqtt)}`
  const probe = await connectAsync(url, { protocolVersion: 5 })
  try {
    const load = await startLoad(edge)
    await sleep(WARM_UP_MS)
    const latencies = await probeFor(probe, seconds)
    load.stop()
    if (latencies.total < seconds)
      throw new GridError('differs', `${latencies.total} events in ${seconds} s`)
    return {
      readingsPerSecond: LOAD_PER_SECOND,
      events: latencies.total,
      p50Ms: latencies.quantileMs(0.5),
      p99Ms: latencies.quantileMs(0.99),
      maxMs: latencies.maxMs,
    }
  } finally {
    await probe.endAsync(true)
    await edge.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function startEdge(directory: string): Promise<EdgeProcess> {
  const { manifest, bytes } = await loadBuiltIn('template')
  mkdirSync(join(directory, 'processors'))
  const path = join(directory, 'processors', `${manifest.name}.json`)
  writeFileSync(path, packModule(manifest, bytes, undefined))
  return EdgeProcess.start({ directory, site: { tls: false, access: false, extra: OWN_MODULE } })
}

/** Readings of many devices, one a message, whatever the edge does. */
async function startLoad(edge: EdgeProcess): Promise<{ stop(): void }> {
  const tally = { latencies: new Histogram(), acknowledged: 0, refused: 0 }
  const target = { address: edge.mqtt, ...edge.site }
  const connections: LoadConnection[] = []
  for (let index = 0; index < CONNECTIONS; index++)
    connections.push(await LoadConnection.open(target, `bench-${index}`, tally))
  const startedMs = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) * LOAD_PER_SECOND) / 1000)
    for (; sent < due; sent++) connections[sent % CONNECTIONS]?.send(1, performance.now())
  }, 1)
  return {
    stop() {
      clearInterval(timer)
      for (const connection of connections) connection.close()
    },
  }
}

/** A load that rises above its limit and falls below it, in turn; each makes an event. */
async function probeFor(client: MqttClient, seconds: number): Promise<Histogram> {
  const latencies = new Histogram()
  let published = 0
  client.on('message', () => latencies.record((performance.now() - published) * 1000))
  await client.subscribeAsync('grid/probe/events', { qos: 0 })
  const endMs = performance.now() + seconds * 1000
  for (let turn = 0; performance.now() < endMs; turn++) {
    const values = { 'power.active': turn % 2 === 0 ? 2 * LIMIT_W : 0 }
    published = performance.now()
    client.publish('grid/probe/readings', JSON.stringify({ values }), { qos: 1 })
    await sleep(PROBE_MS)
  }
  return latencies
}

const LIMIT_W = 1000
const OWN_MODULE = `processors: { allowUnsigned: true, own: { high-load: { limitW: ${LIMIT_W} } } }`
const LOAD_PER_SECOND = 20_000
const CONNECTIONS = 200
const PROBE_MS = 50
const WARM_UP_MS = 3000

async function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
