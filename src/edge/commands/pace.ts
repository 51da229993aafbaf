import { limits } from '../../core/limits.ts'

/** `late`: the first of those that are too many, for a record that says so; `over`: one more of them. */
export type Pace = 'kept' | 'late' | 'over'

interface Asker {
  requests: number
  sinceMs: number
  isOver: boolean
}

/** How fast each asker asks: some at once, then one in so many ms. */
export class Paces {
  readonly #askers = new Map<string, Asker>()

  take(clientId: string, nowMs: number): Pace {
    const asker = this.#askers.get(clientId) ?? { requests: 0, sinceMs: nowMs, isOver: false }
    this.#askers.delete(clientId)
    this.#askers.set(clientId, asker)
    if (this.#askers.size > limits.commandAskers) {
      const [oldest = ''] = this.#askers.keys()
      this.#askers.delete(oldest)
    }
    const paid = Math.max(0, Math.floor((nowMs - asker.sinceMs) / limits.commandEveryMs))
    asker.requests = Math.max(0, asker.requests - paid)
    asker.sinceMs = asker.requests === 0 ? nowMs : asker.sinceMs + paid * limits.commandEveryMs
    if (asker.requests < limits.commandBurst) {
      asker.requests++
      asker.isOver = false
      return 'kept'
    }
    if (asker.isOver) return 'over'
    asker.isOver = true
    return 'late'
  }
}
