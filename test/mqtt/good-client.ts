import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { GoodDeviceReport, GoodDeviceSettings } from './good-device.ts'
import type { TestedEdge } from './tested-edge.ts'

/** Generous, as a test machine may be busy with other things; an edge that is held up is held up for longer. */
const IN_TIME_MS = 2000
/** What an attack brings about may come a little later. */
const AFTERMATH_MS = 250

let started = 0

/**
 * A device that does everything right while others do not: a reading every 20 ms, in a thread of its own so that the attack
 * cannot hold up its clock.
 */
export class GoodClient implements AsyncDisposable {
  readonly #worker: Worker
  readonly #edge: TestedEdge
  readonly #device: string

  static async start(edge: TestedEdge, device = `good-${++started}`): Promise<GoodClient> {
    const workerData: GoodDeviceSettings = { address: edge.mqtt, device }
    const worker = new Worker(new URL('./good-device.ts', import.meta.url), { workerData })
    await once(worker, 'message')
    return new GoodClient(worker, edge, device)
  }

  private constructor(worker: Worker, edge: TestedEdge, device: string) {
    this.#worker = worker
    this.#edge = edge
    this.#device = device
  }

  /** Every reading was acknowledged, in time, and is stored. Returns how long the slowest took. */
  async finish(): Promise<number> {
    const reported = once(this.#worker, 'message')
    this.#worker.postMessage('stop')
    const [{ sent, worstMs, problem }] = (await reported) as [GoodDeviceReport]
    assert.equal(problem, '')
    assert.ok(sent > 5, `it sent ${sent} readings only`)
    assert.ok(worstMs < IN_TIME_MS, `a reading waited ${Math.round(worstMs)} ms`)
    assert.equal((await this.#edge.account(this.#device))?.stored, sent)
    return worstMs
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}

/** Runs an attack; the good client must not notice, and the edge must not grow by more than `megabytes` at any time. */
export async function underAttack(
  edge: TestedEdge,
  { megabytes }: { readonly megabytes: number },
  attack: () => Promise<void>,
): Promise<void> {
  await using good = await GoodClient.start(edge)
  let grownMb = 0
  const watch = setInterval(() => (grownMb = Math.max(grownMb, edge.grownMb())), 20)
  try {
    await attack()
    await setTimeout(AFTERMATH_MS)
  } finally {
    clearInterval(watch)
  }
  const worstMs = await good.finish()
  if (process.env['BUSBAR_TEST_FIGURES'] !== undefined) {
    console.log(`# grew by ${Math.round(grownMb)} MB, slowest ${Math.round(worstMs)} ms`)
  }
  assert.ok(edge.isRunning)
  assert.ok(grownMb < megabytes, `the edge grew by ${Math.round(grownMb)} MB`)
}
