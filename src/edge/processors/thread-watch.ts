import { readFileSync } from 'node:fs'
import { words } from './protocol.ts'

/**
 * Notices a call of a module that does not come back. Processor time counts, not time: a thread that has to wait for a busy machine is
 * not to blame. Elsewhere than on Linux, where nobody tells a thread's, time has to do.
 */
export class ThreadWatch {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #task: number
  readonly #callMs: number
  #calls = -1
  #sinceMs = 0

  constructor(shared: Int32Array<SharedArrayBuffer>, task: number, callMs: number) {
    this.#words = shared
    this.#task = task
    this.#callMs = callMs
  }

  /** Place of the processor that has taken too long, from 1; 0: none has. */
  look(): number {
    const busy = Atomics.load(this.#words, words.busy)
    const calls = Atomics.load(this.#words, words.calls)
    if (busy === 0) this.#calls = -1
    else if (calls !== this.#calls) {
      this.#calls = calls
      this.#sinceMs = this.#spentMs()
    } else if (this.#spentMs() - this.#sinceMs >= this.#callMs) return busy
    return 0
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

/** Of the clock that Linux counts processor time with, USER_HZ: the same on all machines. */
const TICK_MS = 10
