import { connectAsync } from 'mqtt'
import type { Program } from '../uplink/program.ts'

const EVERY_MS = 200

/** A device that says every moment what it takes, and goes on when the edge is back. */
export async function load(edge: Program, watts: number): Promise<AsyncDisposable> {
  const client = await connectAsync(`mqtt://${edge.addresses['mqtt']}`, {
    protocolVersion: 5,
    reconnectPeriod: EVERY_MS,
  })
  client.on('error', () => {})
  const timer = setInterval(() => {
    if (!client.connected) return
    const reading = { ts: Date.now(), values: { 'power.active': watts } }
    client.publish('grid/m1/readings', JSON.stringify(reading), { qos: 1 })
  }, EVERY_MS)
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await client.endAsync(true)
    },
  }
}
