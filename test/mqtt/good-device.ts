import { parentPort, workerData } from 'node:worker_threads'
import type { Address } from '../../src/core/address.ts'
import { publish } from '../../src/mqtt/broker/client-packets.test.ts'
import { Wire } from './wire.ts'

export interface GoodDeviceSettings {
  readonly address: Address
  readonly device: string
}

export interface GoodDeviceReport {
  readonly sent: number
  /** The longest that an acknowledgement took. */
  readonly worstMs: number
  /** What went wrong, in words; empty: nothing. */
  readonly problem: string
}

const INTERVAL_MS = 20

/** The thread of a `GoodClient`: publishes until it is told to stop, then waits for what is not acknowledged yet. */
async function run({ address, device }: GoodDeviceSettings): Promise<GoodDeviceReport> {
  const wire = await Wire.enter(address, device)
  const sentAt = new Map<number, number>()
  let sent = 0
  let worstMs = 0
  let isStopping = false
  const timer = setInterval(() => {
    const id = (sent++ % 65_535) + 1
    sentAt.set(id, performance.now())
    const payload = `{"ts":${1_764_000_000_000 + sent},"values":{"voltage.a":230.1}}`
    wire.send(publish(`grid/${device}/readings`, payload, { id }))
  }, INTERVAL_MS)
  parentPort?.once('message', () => {
    clearInterval(timer)
    isStopping = true
    if (sentAt.size === 0) wire.socket.destroy()
  })
  parentPort?.postMessage('ready')
  while (!isStopping || sentAt.size > 0) {
    const line = await wire.line(20_000).catch(String)
    const at = sentAt.get(Number(/^PUBACK (\d+)$/.exec(line)?.[1]))
    if (at !== undefined) worstMs = Math.max(worstMs, performance.now() - at)
    else if (!isStopping || sentAt.size > 0) return { sent, worstMs, problem: `it heard: ${line}` }
    sentAt.delete(Number(line.slice('PUBACK '.length)))
  }
  wire.socket.destroy()
  return { sent, worstMs, problem: '' }
}

parentPort?.postMessage(await run(workerData as GoodDeviceSettings))
