import { limits } from '../../core/limits.ts'
import type { Connection } from './connection.ts'

/**
 * Connections that wait for their turn: what they sent takes longer than one of them may hold up all others. Whoever drives the broker
 * lets a few of them go on at a time, and looks after the rest of the world in between.
 */
export class Turns {
  readonly #waiting = new Set<Connection>()
  /** Somebody waits who did not: whoever drives the broker is to see to it that `take` comes soon. */
  onWaiting: () => void = () => {}

  get size(): number {
    return this.#waiting.size
  }

  add(connection: Connection): void {
    this.#waiting.add(connection)
    this.onWaiting()
  }

  remove(connection: Connection): void {
    this.#waiting.delete(connection)
  }

  /** Those who have waited longest go on, until it `isEnough`. Whoever is not done waits again, behind the others. */
  take(nowMs: number, isEnough: () => boolean): void {
    let left = Math.min(limits.turnConnections, this.#waiting.size)
    for (const connection of this.#waiting) {
      this.#waiting.delete(connection)
      connection.turn(nowMs)
      if (--left === 0 || isEnough()) return
    }
  }
}
