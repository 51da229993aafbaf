import { limits } from '../core/limits.ts'
import type { Keeper, Kept } from '../mqtt/ports.ts'
import { decodeChanges, encodeChanges } from '../store/kept.ts'

/**
 * What outlives the process, on its way into the batch that is being filled: the last change of each key. What is made and taken
 * away again between two commits, as a message that its receiver acknowledges at once, costs the disk nothing.
 */
export class KeptState implements Keeper {
  readonly #waiting = new Map<string, Uint8Array | undefined>()
  /** Changes that a full disk gave back; those that wait are newer. */
  readonly #givenBack = new Map<string, Uint8Array | undefined>()
  #waitingBytes = 0
  /** Keys that are on the disk once all that was handed over is. */
  readonly #handedOver = new Set<string>()
  changes = 0
  #changesTaken = 0
  /** Told of every change. */
  onChange: () => void = () => {}

  /** Changes since the last `take`. */
  get untaken(): number {
    return this.changes - this.#changesTaken
  }

  get hasRoom(): boolean {
    return this.#waitingBytes < limits.keptWaitingBytes
  }

  put(key: string, value: Uint8Array): void {
    this.#forget(key)
    this.#waiting.set(key, value)
    this.#waitingBytes += costOf(key, value)
    this.#changed()
  }

  remove(key: string): void {
    this.#forget(key)
    if (this.#handedOver.has(key)) {
      this.#waiting.set(key, undefined)
      this.#waitingBytes += costOf(key, undefined)
    }
    this.#changed()
  }

  /** Passes on what the last process left behind. */
  *recall(kept: Kept): Generator<readonly [string, Uint8Array], void> {
    for (const entry of kept) {
      this.#handedOver.add(entry[0])
      yield entry
    }
  }

  /** All changes since the last call, for one commit. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    this.#changesTaken = this.changes
    if (this.#waiting.size + this.#givenBack.size === 0) return undefined
    for (const [key, value] of this.#waiting) {
      if (value === undefined) this.#handedOver.delete(key)
      else this.#handedOver.add(key)
    }
    for (const [key, value] of this.#waiting) this.#givenBack.set(key, value)
    const bytes = encodeChanges(this.#givenBack)
    this.#givenBack.clear()
    this.#waiting.clear()
    this.#waitingBytes = 0
    return bytes
  }

  /** What was taken did not reach the disk, and goes with the next; in the order in which it was taken. */
  giveBack(bytes: Uint8Array): void {
    for (const { key, value } of decodeChanges(bytes)) {
      this.#givenBack.set(key, value)
      this.#waitingBytes += costOf(key, value)
    }
    this.changes++
  }

  #forget(key: string): void {
    const value = this.#waiting.get(key)
    if (this.#waiting.delete(key)) this.#waitingBytes -= costOf(key, value)
  }

  #changed(): void {
    this.changes++
    this.onChange()
  }
}

function costOf(key: string, value: Uint8Array | undefined): number {
  return OVERHEAD_BYTES + 2 * key.length + (value?.length ?? 0)
}

/** An entry of a map, and its objects. */
const OVERHEAD_BYTES = 128
