import { setTimeout } from 'node:timers/promises'
import { formatAddress } from '../../src/core/address.ts'
import type { TestedEdge } from '../mqtt/tested-edge.ts'

interface Reading {
  readonly quantity: string
  readonly time: string
  readonly value: number | null
  readonly quality: string
}

/** What HTTP tells of a device once so many readings are there: `quantity value quality`, in the order of their times. */
export async function readingsOf(
  edge: TestedEdge,
  device: string,
  count: number,
): Promise<Reading[]> {
  const query = `device=${encodeURIComponent(device)}&from=2000-01-01T00:00:00Z&limit=1000`
  const url = `http://${formatAddress(edge.http)}/api/v1/readings?${query}`
  for (let attempt = 0; ; attempt++) {
    const { readings } = (await (await fetch(url)).json()) as { readings: Reading[] }
    if (readings.length >= count || attempt === 200) return readings
    await setTimeout(25)
  }
}

export function lineOf({ quantity, value, quality }: Reading): string {
  return `${quantity} ${value} ${quality}`
}
