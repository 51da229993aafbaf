import { readFileSync, readdirSync } from 'node:fs'

/**
 * Of a process on Linux: how long, in all, the thread of it that has waited longest for a processor has waited. Others were in its way, not the budget
 * of its group, whose share it is told apart from.
 */
export class Waits {
  readonly #pid: number
  readonly #before = new Map<string, number>()

  constructor(pid: number) {
    this.#pid = pid
    this.takeMs()
  }

  /** Since it was asked last, of the thread that has waited longest. */
  takeMs(): number {
    let longest = 0
    for (const [task, ms] of this.#read()) {
      longest = Math.max(longest, ms - (this.#before.get(task) ?? ms))
      this.#before.set(task, ms)
    }
    return longest
  }

  #read(): readonly (readonly [string, number])[] {
    const folder = `/proc/${this.#pid}/task`
    try {
      return readdirSync(folder).map((task) => {
        const [, waited] = readFileSync(`${folder}/${task}/schedstat`, 'utf8').split(' ')
        return [task, Number(waited) / 1e6] as const
      })
    } catch {
      // It has just ended, or this kernel does not count.
      return []
    }
  }
}
