import assert from 'node:assert/strict'
import { publish } from '../../src/mqtt/broker/client-packets.test.ts'
import type { TestedEdge } from '../mqtt/tested-edge.ts'
import { Wire } from '../mqtt/wire.ts'
import { fuzzedBytes, runRound } from './fuzz-round.ts'

/**
 * What an edge may grow by in all that time: sessions, retained messages and journal pages are bounded, leaks are not. It is measured from the moment it is ready;
 * the threads of processors and of sealing come after that, and each strips types here, for there is no compile cache: they take 80 MB each.
 */
const MEGABYTES = 350
const ACKNOWLEDGED_MS = 10_000
const GOOD = 'fuzz-witness'

export interface FuzzSettings {
  readonly seconds: number
  readonly seed: number
}

export interface FuzzReport {
  readonly rounds: number
  readonly grownMb: number
  /** Messages that the edge took, and connections that it ended because of what they sent. */
  readonly received: number
  readonly broken: number
}

/**
 * Round after round until the time is over. After each the edge must be there, and acknowledge a reading of a client that stayed
 * connected and of one that is new. In the end the ledger holds what was acknowledged, to the unit. What goes wrong
 * is thrown with the seed of the round and all that it sent.
 */
export async function fuzz(edge: TestedEdge, settings: FuzzSettings): Promise<FuzzReport> {
  const { seconds, seed } = settings
  const endMs = performance.now() + seconds * 1000
  using stayed = await Wire.enter(edge.mqtt, GOOD)
  let rounds = 0
  let grownMb = 0
  while (performance.now() < endMs) {
    const roundSeed = seed + rounds
    try {
      await runRound(edge, roundSeed)
      await witness(stayed, 2 * rounds)
      using fresh = await Wire.enter(edge.mqtt, `${GOOD}-${rounds % 50}`)
      await witness(fresh, 2 * rounds + 1)
      grownMb = Math.max(grownMb, edge.grownMb())
      assert.ok(edge.isRunning, 'the edge runs')
      assert.ok(grownMb < MEGABYTES, `the edge grew by ${Math.round(grownMb)} MB`)
    } catch (cause) {
      throw new Error(describeRound(roundSeed, cause), { cause })
    }
    rounds++
  }
  const account = await edge.account(GOOD)
  assert.equal(account?.stored, 2 * rounds, `the ledger after ${rounds} rounds of seed ${seed}`)
  const metrics = await edge.metrics()
  assert.equal(metrics.get('busbar_mqtt_unfinished_bytes'), 0)
  assert.equal((await edge.health()).status, 'ok')
  const received = metrics.get('busbar_mqtt_messages_received_total') ?? 0
  const broken = metrics.get('busbar_mqtt_protocol_errors_total') ?? 0
  assert.ok(received > 4 * rounds && broken > rounds, 'some got through, some did not')
  return { rounds, grownMb, received, broken }
}

/** A reading that is new, and its acknowledgement. */
async function witness(wire: Wire, serial: number): Promise<void> {
  const id = 1 + (serial % 65_535)
  const payload = `{"ts":${1_764_000_000_000 + serial},"values":{"voltage.a":1}}`
  wire.send(publish(`grid/${GOOD}/readings`, payload, { id }))
  assert.equal(await wire.line(ACKNOWLEDGED_MS), `PUBACK ${id}`)
}

function describeRound(seed: number, cause: unknown): string {
  const lines = fuzzedBytes(seed).map(
    (pieces, n) => `${n}: ${pieces.map((piece) => piece.toString('hex')).join(' ')}`,
  )
  return `${String(cause)}\n--seed ${seed} sends this again, each connection's bytes as they were written:\n${lines.join('\n')}`
}
