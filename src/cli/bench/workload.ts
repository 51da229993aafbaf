import { formatAddress } from '../../core/address.ts'
import { GridError } from '../../core/errors.ts'
import { EdgeProcess } from './edge-process.ts'
import type { SiteWishes } from './site.ts'
import { Histogram } from './histogram.ts'
import { LoadConnection, type LoadTally } from './load-connection.ts'

/** What is done to the edge: so many devices, either with full windows or at a fixed rate. */
export interface Workload {
  readonly name: string
  readonly connections: number
  /** Messages each device keeps in flight; undefined: open loop. */
  readonly window: number | undefined
  /** Messages a second over all devices, whatever the edge does; undefined: as fast as it goes. */
  readonly ratePerSecond: number | undefined
  readonly seconds: number
  readonly site: SiteWishes
}

export interface Result {
  readonly workload: string
  readonly tls: boolean
  readonly access: boolean
  readonly connections: number
  readonly seconds: number
  readonly messages: number
  readonly messagesPerSecond: number
  readonly refused: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
  /** Processor cores that all threads of the edge used on average. */
  readonly edgeCores: number
  readonly edgeRssMb: number
  readonly edgePeakMb: number
  readonly edgeStartMs: number
}

/** Warm-up is not measured: compilers and caches of both sides settle in it. */
const WARM_UP_SHARE = 0.25

/** Runs one workload against a fresh edge process: QoS 1, one reading a message, fsync before PUBACK. */
export async function runWorkload(workload: Workload): Promise<Result> {
  const edge = await EdgeProcess.start({ site: workload.site })
  const target = { address: edge.mqtt, ...edge.site }
  try {
    const tally: LoadTally = { latencies: new Histogram(), acknowledged: 0, refused: 0 }
    const connections: LoadConnection[] = []
    for (let index = 0; index < workload.connections; index++) {
      connections.push(await LoadConnection.open(target, `bench-${index}`, tally))
    }
    const load = startLoad(workload, connections)
    await sleep(workload.seconds * WARM_UP_SHARE * 1000)
    Object.assign(tally, { latencies: new Histogram(), acknowledged: 0, refused: 0 })
    const cpuBefore = edge.cpuSeconds()
    const startedMs = performance.now()
    await sleep(workload.seconds * 1000)
    const seconds = (performance.now() - startedMs) / 1000
    const edgeCores = (edge.cpuSeconds() - cpuBefore) / seconds
    const { latencies, acknowledged, refused } = tally
    load.stop()
    assertAlive(connections)
    await drain(connections)
    await assertStored(edge, connections)
    const result = {
      workload: workload.name,
      ...workload.site,
      connections: workload.connections,
      seconds,
      messages: acknowledged,
      messagesPerSecond: acknowledged / seconds,
      refused,
      p50Ms: latencies.quantileMs(0.5),
      p99Ms: latencies.quantileMs(0.99),
      p999Ms: latencies.quantileMs(0.999),
      maxMs: latencies.maxMs,
      edgeCores,
      edgeRssMb: edge.residentMb('now'),
      edgePeakMb: edge.residentMb('peak'),
      edgeStartMs: edge.startMs,
    }
    for (const connection of connections) connection.close()
    return result
  } finally {
    await edge.stop()
  }
}

function startLoad(workload: Workload, connections: readonly LoadConnection[]): { stop(): void } {
  let isOver = false
  const stop = (): void => {
    isOver = true
  }
  if (workload.window !== undefined) {
    for (const connection of connections) connection.keepFull(workload.window, () => isOver)
    return { stop }
  }
  const perMs = (workload.ratePerSecond ?? 0) / 1000
  const startedMs = performance.now()
  let sent = 0
  /** Latency counts from when a message was due, so a stall of the edge is not hidden by a generator that waits for it. */
  const turn = (): void => {
    if (isOver) return
    const due = Math.floor((performance.now() - startedMs) * perMs)
    for (; sent < due; sent++) {
      connections[sent % connections.length]?.send(1, startedMs + (sent + 1) / perMs)
    }
    setTimeout(turn, 1)
  }
  turn()
  return { stop }
}

function assertAlive(connections: readonly LoadConnection[]): void {
  const lost = connections.filter(({ isOpen }) => !isOpen).length
  if (lost > 0) throw new GridError('unreachable', `the edge closed ${lost} connections under load`)
}

/** What was sent is to be acknowledged, too: no result without it. */
async function drain(connections: readonly LoadConnection[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < DRAIN_MS; waitedMs += 10) {
    if (connections.every(({ inflight }) => inflight === 0)) return
    await sleep(10)
  }
  throw new GridError(
    'differs',
    `messages were not acknowledged ${DRAIN_MS / 1000} s after the load ended`,
  )
}

/** What was acknowledged is to be in the edge's ledger, to the unit: a figure for anything less would be worth nothing. */
async function assertStored(
  edge: EdgeProcess,
  connections: readonly LoadConnection[],
): Promise<void> {
  const sent = connections.reduce((total, connection) => total + connection.sent, 0)
  const response = await fetch(`http://${formatAddress(edge.http)}/api/v1/ledger`)
  const { totals } = (await response.json()) as { totals: { stored: number } }
  if (totals.stored === sent) return
  throw new GridError('differs', `${sent} readings were acknowledged, ${totals.stored} are stored`)
}

const DRAIN_MS = 10_000

async function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
