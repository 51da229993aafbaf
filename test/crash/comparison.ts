import type { QuerySource } from '../../src/cli/query/source.ts'
import { Micros } from '../../src/core/time.ts'
import type { DeviceRecord } from './record.ts'
import { QUANTITIES } from './sample.ts'

/** In readings. Everything but the first two is a fault. */
export interface Comparison {
  acknowledged: number
  stored: number
  missing: number
  wrong: number
  twice: number
  /** Half of a message is stored. */
  torn: number
  /** Stored, but never sent. */
  foreign: number
  readonly storedOf: Map<string, number>
  /** The first fault of each kind, in words. */
  readonly examples: string[]
}

/** What a device knows of its own messages. */
export type Sent = Pick<DeviceRecord, 'sampler' | 'count' | 'isSent' | 'isAcknowledged'>

type Fault = 'missing' | 'wrong' | 'twice' | 'torn' | 'foreign'

/** A device's readings as they come by: bit q of `seen[k]` is set once quantity q of sample k was there. */
interface Seen {
  readonly record: Sent
  readonly samples: Uint8Array
}

interface Row {
  readonly seen: Seen
  readonly quantity: string
  readonly time: number
  readonly value: number
}

/** Acknowledged ⊆ stored ⊆ sent, each with its value, each once, each message whole or not at all. */
export async function compare(
  records: readonly Sent[],
  source: Pick<QuerySource, 'readings' | 'nameOf'>,
): Promise<Comparison> {
  const comparison = emptyComparison()
  const all = records.map((record) => ({ record, samples: new Uint8Array(record.count) }))
  const points = new Map<number, { readonly seen: Seen | undefined; readonly quantity: string }>()
  const query = {
    device: undefined,
    quantity: undefined,
    from: Micros(0),
    to: Micros(4_000_000_000_000_000),
  }
  for await (const chunk of source.readings(query, Infinity)) {
    const { times, values } = chunk
    if (chunk.damagedRows > 0) fault(comparison, 'missing', `${chunk.damagedRows} damaged rows`)
    for (let row = 0; row < times.length; row++) {
      const point = chunk.points[row] as number
      let owner = points.get(point)
      if (owner === undefined) {
        const name = source.nameOf(point)
        const seen = all.find(({ record }) => record.sampler.device === name?.device)
        owner = { seen, quantity: name?.quantity ?? '' }
        points.set(point, owner)
      }
      const { seen, quantity } = owner
      comparison.stored++
      if (seen === undefined) fault(comparison, 'foreign', `a reading of point ${point}`)
      else judge(comparison, { seen, quantity, time: times[row] ?? 0, value: values[row] ?? 0 })
    }
  }
  for (const seen of all) settle(comparison, seen)
  return comparison
}

export function emptyComparison(): Comparison {
  const faults = { missing: 0, wrong: 0, twice: 0, torn: 0, foreign: 0 }
  return { acknowledged: 0, stored: 0, ...faults, storedOf: new Map(), examples: [] }
}

function judge(comparison: Comparison, { seen, quantity, time, value }: Row): void {
  const { sampler } = seen.record
  comparison.storedOf.set(sampler.device, (comparison.storedOf.get(sampler.device) ?? 0) + 1)
  const k = sampler.at(time)
  const bit = 1 << QUANTITIES.findIndex((name) => name === quantity)
  const what = `${sampler.device} sample ${k} ${quantity}`
  if (k < 0 || bit <= 0 || !seen.record.isSent(k)) {
    return fault(comparison, 'foreign', `${what} at ${time} was never sent`)
  }
  if (((seen.samples[k] as number) & bit) !== 0) {
    return fault(comparison, 'twice', `${what} is stored twice`)
  }
  seen.samples[k] = (seen.samples[k] as number) | bit
  const { voltage, current } = sampler.values(k)
  const sent = quantity === QUANTITIES[0] ? voltage : current
  if (value !== sent)
    fault(comparison, 'wrong', `${what} was sent as ${sent} and stored as ${value}`)
}

function settle(comparison: Comparison, { record, samples }: Seen): void {
  const whole = (1 << QUANTITIES.length) - 1
  for (let k = 0; k < samples.length; k++) {
    const isAcknowledged = record.isAcknowledged(k)
    if (isAcknowledged) comparison.acknowledged += QUANTITIES.length
    if (samples[k] === whole) continue
    const what = `${record.sampler.device} sample ${k}`
    if (isAcknowledged) fault(comparison, 'missing', `${what} is acknowledged and not stored`)
    else if (samples[k] !== 0) fault(comparison, 'torn', `half of ${what} is stored`)
  }
}

function fault(comparison: Comparison, kind: Fault, example: string): void {
  if (comparison[kind]++ === 0) comparison.examples.push(`${kind}: ${example}`)
}
