import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { formatAddress } from '../../src/core/address.ts'
import type { ProcessorInfo } from '../../src/api/ports.ts'
import type { TestedEdge } from '../mqtt/tested-edge.ts'

/** Where modules of the utility's own run that nobody has signed. */
export const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
devices: [{ id: 'm{1..9}', kind: meter }]
access: { anonymous: true }
processors:
  allowUnsigned: true
  own: { high-load: { limitW: 1000 } }
`
export const START_MS = Date.UTC(2026, 0, 31)

/** As a person does who has the data folder. */
export function deploy(edge: TestedEdge, text: string, name = 'high-load'): void {
  const folder = join(edge.directory, 'data/processors')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.new`), text)
  renameSync(join(folder, `${name}.new`), join(folder, `${name}.json`))
}

export async function processor(
  edge: TestedEdge,
  name = 'high-load',
): Promise<ProcessorInfo | undefined> {
  const response = await fetch(`http://${formatAddress(edge.http)}/api/v1/processors`)
  const { processors } = (await response.json()) as { processors: ProcessorInfo[] }
  return processors.find((own) => own.name === name)
}

export async function until<Value>(
  look: () => Promise<Value | undefined>,
  what: string,
): Promise<Value> {
  for (let left = 200; left > 0; left--) {
    const value = await look()
    if (value !== undefined) return value
    await delay(50)
  }
  throw new Error(`waited 10 s: ${what}`)
}

export async function events(edge: TestedEdge): Promise<readonly Record<string, unknown>[]> {
  const url = `http://${formatAddress(edge.http)}/api/v1/events?from=${START_MS}&to=${START_MS + 86_400_000}`
  return ((await (await fetch(url)).json()) as { events: Record<string, unknown>[] }).events
}

export async function publish(edge: TestedEdge, seconds: number, value: number): Promise<void> {
  const client = await connectAsync(edge.url, { protocolVersion: 5 })
  const payload = JSON.stringify({
    ts: START_MS + seconds * 1000,
    values: { 'power.active': value },
  })
  await client.publishAsync('grid/m1/readings', payload, { qos: 1 })
  await client.endAsync()
}
