import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Series } from '../history/series.ts'
import { levels } from './levels.ts'

/**
 * What is known of a chunk. `stale`: a reading has come since it was made, or it was never made. `thin`: it would hold nearly as much as the
 * readings themselves and is not kept.
 */
export const state = { stale: 0, thin: 1, kept: 2 } as const

export interface RollupKey {
  readonly device: number
  readonly width: number
  readonly start: number
}

/** The table `rollups`, for the one writer of history. */
export class RollupTable {
  readonly #stale: StatementSync
  readonly #next: StatementSync
  readonly #put: StatementSync

  constructor(history: DatabaseSync) {
    this.#stale = history.prepare(
      `INSERT INTO rollups (device, width, start, state, windows, body) VALUES (?, ?, ?, ${state.stale}, 0, x'')
       ON CONFLICT DO UPDATE SET state = ${state.stale}, windows = 0, body = x'' WHERE state <> ${state.stale}`,
    )
    this.#next = history.prepare(
      `SELECT device, width, start FROM rollups WHERE state = ${state.stale} AND width = ? AND start <= ? ORDER BY start LIMIT 1`,
    )
    this.#put = history.prepare(
      'UPDATE rollups SET state = ?, windows = ?, body = ? WHERE device = ? AND width = ? AND start = ?',
    )
  }

  /** Readings of a device come: in the commit that brings them, for no chunk may look complete without them. */
  touch(device: number, series: readonly Series[]): void {
    for (const { width, span } of levels) {
      const starts = new Set<number>()
      for (const { times } of series) {
        let start = Number.NaN
        for (const time of times) {
          if (time >= start && time - start < span) continue
          start = Math.floor(time / span) * span
          starts.add(start)
        }
      }
      for (const start of starts) this.#stale.run(device, width, start)
    }
  }

  /** A stale chunk whose time is over at `now`; the finer ones first, for the coarser are made of them. */
  next(now: number): RollupKey | undefined {
    for (const { width, span } of levels) {
      const found = this.#next.get(width, now - span)
      if (found !== undefined) return found as unknown as RollupKey
    }
    return undefined
  }

  put({ device, width, start }: RollupKey, windows: number, body: Uint8Array): void {
    this.#put.run(state.kept, windows, body, device, width, start)
  }

  /** As one that is not worth its room. */
  pass({ device, width, start }: RollupKey): void {
    this.#put.run(state.thin, 0, new Uint8Array(0), device, width, start)
  }
}
