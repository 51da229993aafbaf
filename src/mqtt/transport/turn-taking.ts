import type { Broker } from '../broker/broker.ts'
import type { Connection } from '../broker/connection.ts'
import { limits } from '../../core/limits.ts'

/**
 * Sees to it that a turn of the event loop stays short, whoever sends how much. libuv reads up to 32 chunks of a connection before it
 * looks at the next, and each connection that floods would have its chunk: once a turn is long, whoever has had a chunk waits for
 * the next, and of those who wait only a few go on in each. A device that sends little has nothing else to read, and waits for nobody.
 */
export class TurnTaking {
  readonly #broker: Broker
  #isScheduled = false
  #startedMs = 0

  constructor(broker: Broker) {
    this.#broker = broker
    broker.turns.onWaiting = () => this.#schedule()
  }

  /** A chunk has come, which is kept for later where it is large, or the one before took long, and the turn is long already. */
  begin(connection: Connection, isLarge: boolean): void {
    this.#schedule()
    if ((isLarge || connection.wasCut) && this.#isLong()) connection.yieldTurn()
  }

  /** It has been dealt with. */
  end(connection: Connection): void {
    if (this.#isLong()) connection.yieldTurn()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#startedMs = performance.now()
    setImmediate(() => {
      this.#startedMs = performance.now()
      this.#broker.turns.take(Date.now(), () => this.#isLong())
      this.#isScheduled = false
      if (this.#broker.turns.size > 0) this.#schedule()
    })
  }

  #isLong(): boolean {
    return performance.now() - this.#startedMs >= limits.turnMs
  }
}
