import { limits } from '../../core/limits.ts'

/** `late`: one too many, for a record that says so; `over`: one more of them within a minute, which is only counted. */
export type Pace = 'kept' | 'late' | 'over'

export interface Asker {
  /** Whose pace it counts for. */
  readonly asker: string
  readonly who: string
  readonly address: string
}

/** How many requests of an asker were turned away without a record of their own. */
export interface Tally extends Pick<Asker, 'who' | 'address'> {
  readonly count: number
}

interface Account extends Asker {
  requests: number
  sinceMs: number
  /** Of those that were too many, when the last record was made. */
  recordedMs: number
  turnedAway: number
}

/** How fast each asker asks: some at once, then one in so many ms. Of those who are too fast there is a record a minute. */
export class Paces {
  readonly #accounts = new Map<string, Account>()

  take(from: Asker, nowMs: number): Pace {
    const account = this.#accountOf(from, nowMs)
    const paid = Math.max(0, Math.floor((nowMs - account.sinceMs) / limits.commandEveryMs))
    account.requests = Math.max(0, account.requests - paid)
    account.sinceMs =
      account.requests === 0 ? nowMs : account.sinceMs + paid * limits.commandEveryMs
    if (account.requests < limits.commandBurst) {
      account.requests++
      return 'kept'
    }
    if (nowMs - account.recordedMs < limits.commandTallyMs) {
      account.turnedAway++
      return 'over'
    }
    account.recordedMs = nowMs
    return 'late'
  }

  /** For a record of its own there was no room, whatever its pace. */
  turnAway(from: Asker, nowMs: number): void {
    this.#accountOf(from, nowMs).turnedAway++
  }

  /** Of the askers whose last record is old enough for another; Infinity: of all, for there will be no other time. */
  tallies(nowMs: number): Tally[] {
    const due = [...this.#accounts.values()].filter(
      ({ turnedAway, recordedMs }) => turnedAway > 0 && nowMs - recordedMs >= limits.commandTallyMs,
    )
    return due.map((account) => {
      const { who, address, turnedAway: count } = account
      account.recordedMs = nowMs
      account.turnedAway = 0
      return { who, address, count }
    })
  }

  #accountOf(from: Asker, nowMs: number): Account {
    const known = this.#accounts.get(from.asker)
    const account = known ?? {
      requests: 0,
      sinceMs: nowMs,
      recordedMs: -Infinity,
      turnedAway: 0,
      ...from,
    }
    this.#accounts.delete(from.asker)
    this.#accounts.set(from.asker, account)
    if (this.#accounts.size > limits.commandAskers) {
      const [oldest = ''] = this.#accounts.keys()
      this.#accounts.delete(oldest)
    }
    return account
  }
}
