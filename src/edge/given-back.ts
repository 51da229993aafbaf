import { ACCOUNT_STRIDE, kindNumber } from '../core/accounts.ts'
import type { Slot } from '../core/batch.ts'
import { limits } from '../core/limits.ts'
import type { Accompaniment, RefusedBatch } from '../store/writer-protocol.ts'

/** What batches that a full disk refused had with them beside readings, until a later one takes it along. Nothing of it is lost. */
export class GivenBack {
  /** Readings, or messages that nobody looked into, by device and kind of account. */
  readonly #notes = new Map<number, number>()
  #accompaniments: Accompaniment[] = []
  /** Refused because the disk was full, since the start. */
  refusals = 0

  /** Nothing waits. */
  get isEmpty(): boolean {
    return this.#notes.size + this.#accompaniments.length === 0
  }

  /** Records of commands among it. */
  get audits(): number {
    return this.#accompaniments.reduce((sum, { audit }) => sum + audit.length, 0)
  }

  refused({ notes, accompaniment }: Omit<RefusedBatch, 'serial'>): void {
    for (let at = 0; at < notes.length; at += 3) {
      const [device = 0, kind = 0, readings = 0] = notes.subarray(at, at + 3)
      if (kind === kindNumber.diskFull) this.refusals += readings
      this.#note(device * ACCOUNT_STRIDE + kind, readings)
    }
    if (accompaniment !== undefined) this.#accompaniments.push(accompaniment)
  }

  /** One more message of a device that is not taken. */
  refuse(device: number): void {
    this.refusals++
    this.#note(device * ACCOUNT_STRIDE + kindNumber.diskFull, 1)
  }

  /** Refused, and not in the books yet. */
  owed(device: number): number {
    return this.#notes.get(device * ACCOUNT_STRIDE + kindNumber.diskFull) ?? 0
  }

  /** Moves into the slot as many notes as there is room for behind the first `used`; returns how many it has then. */
  fill({ notes }: Slot, used: number): number {
    let count = used
    for (const [key, readings] of this.#notes) {
      if (count === limits.slotNotes) break
      notes[count * 3] = Math.floor(key / ACCOUNT_STRIDE)
      notes[count * 3 + 1] = key % ACCOUNT_STRIDE
      notes[count * 3 + 2] = readings
      count++
      this.#notes.delete(key)
    }
    return count
  }

  /** In front of what accompanies the next batch. `kept` changes were given back to whoever keeps them. */
  takeAlong({ definitions, evidence, audit, clockSteps = [], kept }: Accompaniment): Accompaniment {
    const all = this.#accompaniments
    this.#accompaniments = []
    const defined = [...all.map((one) => one.definitions), definitions].filter(
      (one) => one !== undefined,
    )
    return {
      definitions:
        defined.length === 0
          ? undefined
          : {
              devices: defined.flatMap(({ devices }) => devices),
              points: defined.flatMap(({ points }) => points),
            },
      evidence: [...all.flatMap((one) => one.evidence), ...evidence],
      audit: [...all.flatMap((one) => one.audit), ...audit],
      clockSteps: [...all.flatMap((one) => one.clockSteps ?? []), ...clockSteps],
      kept,
    }
  }

  #note(key: number, readings: number): void {
    this.#notes.set(key, (this.#notes.get(key) ?? 0) + readings)
  }
}
