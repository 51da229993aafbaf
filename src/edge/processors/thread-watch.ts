import { readFileSync } from 'node:fs'
import type { Call } from '../../kernel/call-watch.ts'
import { words } from './protocol.ts'

/** Processor time of one call. */
export type CallLimits = Readonly<Record<Call, number>>

/**
 * Notices a call of a module that does not come back. Processor time counts, not time: a thread that has to wait for a busy machine is
 * not to blame. Elsewhere than on Linux, where nobody tells a thread's, time has to do.
 */
export class ThreadWatch {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #task: number
  readonly #callMs: CallLimits
  #calls = -1
  #sinceMs = 0

  constructor(shared: Int32Array<SharedArrayBuffer>, task: number, callMs: CallLimits) {
    this.#words = shared
    this.#task = task
    this.#callMs = callMs
  }

  /** Undefined: nobody has taken too long. */
  look(): TooLong | undefined {
    const busy = Atomics.load(this.#words, words.busy)
    const calls = Atomics.load(this.#words, words.calls)
    if (busy === 0) this.#calls = -1
    else if (calls !== this.#calls) {
      this.#calls = calls
      this.#sinceMs = this.#spentMs()
    } else {
      const callMs = busy > 0 ? this.#callMs.usual : this.#callMs.rare
      if (this.#spentMs() - this.#sinceMs >= callMs) return { place: Math.abs(busy), callMs }
    }
    return undefined
  }

  #spentMs(): number {
    if (this.#task === 0) return performance.now()
    try {
      const stat = readFileSync(`/proc/self/task/${this.#task}/stat`, 'latin1')
      // Behind the name, which may hold anything but is in brackets, come the fields from the third on; the 14th and 15th count.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS
    } catch {
      return 0
    }
  }
}

export interface TooLong {
  /** Of the module, from 1. */
  readonly place: number
  readonly callMs: number
}

/** Of the clock that Linux counts processor time with, USER_HZ: the same on all machines. */
const TICK_MS = 10
