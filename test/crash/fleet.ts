import { setTimeout as sleep } from 'node:timers/promises'
import type { Address } from '../../src/core/address.ts'
import { seededRandom } from '../../src/core/random.ts'
import { Device } from './device.ts'
import type { DeviceRecord } from './record.ts'

/** Enough for every mix of QoS, version, step, order and way to reconnect that matters, few enough for one event loop. */
const DEVICES = 8
const PATIENCE_MS = 60_000
const POLL_MS = 5

/** The devices of a substation under test; `address` is where they find their edge, if anywhere. */
export class Fleet {
  readonly devices: readonly Device[]
  address: Address | undefined
  /** What no crash explains; a test fails with the first. */
  readonly complaints: string[] = []

  constructor(seed: number, nowMs: number) {
    this.devices = Array.from(
      { length: DEVICES },
      (_, index) =>
        new Device({
          index,
          nowMs,
          random: seededRandom(seed + index),
          address: () => this.address,
          complain: (text) => this.complaints.push(text),
        }),
    )
    for (const device of this.devices) device.connect()
  }

  get records(): readonly DeviceRecord[] {
    return this.devices.map(({ record }) => record)
  }

  get samplesAcknowledged(): number {
    return this.records.reduce((total, { samplesAcknowledged }) => total + samplesAcknowledged, 0)
  }

  get inFlight(): number {
    return this.devices.reduce((total, { inFlight }) => total + inFlight, 0)
  }

  /** The edge takes readings again: so many more samples are acknowledged. */
  async progress(samples: number): Promise<void> {
    const goal = this.samplesAcknowledged + samples
    await this.#until(() => this.samplesAcknowledged >= goal, `${samples} more acknowledgements`)
  }

  /** No new samples, and everything that was sent is acknowledged. */
  async drain(): Promise<void> {
    for (const device of this.devices) device.finish()
    await this.#until(() => this.inFlight === 0, 'the last acknowledgements')
  }

  close(): void {
    for (const device of this.devices) device.close()
  }

  get #state(): string {
    return this.devices.map(({ state }) => state).join(', ')
  }

  async #until(isReached: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    while (!isReached()) {
      if (this.complaints[0] !== undefined) throw new Error(this.complaints[0])
      if (performance.now() > deadline)
        throw new Error(`waited ${PATIENCE_MS} ms for ${what}: ${this.#state}`)
      await sleep(POLL_MS)
    }
  }
}
