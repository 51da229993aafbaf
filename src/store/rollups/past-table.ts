import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isDamaged } from '../history/damaged.ts'
import { EVERY_PART } from '../reader/window-sums.ts'
import { type Level, levels } from './levels.ts'
import { type StoredWindows, type WantedParts, decodeRollup } from './rollup-body.ts'
import type { RollupKey } from './rollup-table.ts'
import type { RollupWindows } from './rollup-windows.ts'

/** A row of the table `past`. */
export interface PastPiece {
  readonly number: number
  readonly windows: number
  readonly body: Uint8Array
}

/** What stays of readings that are no more: for each chunk some pieces, each of other readings. Not to be had again from anywhere. */
export class PastTable {
  readonly #pieces: StatementSync
  readonly #any: StatementSync
  readonly #within: StatementSync
  readonly #insert: StatementSync
  readonly #remove: StatementSync

  constructor(history: DatabaseSync) {
    this.#pieces = history.prepare(
      'SELECT number, windows, body FROM past WHERE device = ? AND width = ? AND start = ? ORDER BY number',
    )
    this.#any = history.prepare(
      'SELECT 1 FROM past WHERE device = ? AND width = ? AND start = ? LIMIT 1',
    )
    this.#within = history.prepare(
      `SELECT number, windows, body FROM past WHERE device = ? AND width = ? AND start > ? AND start < ?`,
    )
    this.#insert = history.prepare(
      'INSERT INTO past (device, width, start, last, readings, windows, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#remove = history.prepare('DELETE FROM past WHERE number = ?')
  }

  pieces({ device, width, start }: RollupKey): readonly PastPiece[] {
    return this.#pieces.all(device, width, start) as unknown as PastPiece[]
  }

  has({ device, width, start }: RollupKey): boolean {
    return this.#any.get(device, width, start) !== undefined
  }

  /** Whether a chunk of this level has all that has gone of its time: it has where a coarser one has. */
  isWhole(key: RollupKey): boolean {
    if (this.has(key)) return true
    const span = levels.find(({ width }) => width === key.width)?.span ?? 0
    const coarser = levels.filter(({ width }) => width > key.width)
    return !coarser.some((level) => this.#hasWithin(level, key, key.start + span))
  }

  #hasWithin(level: Level, { device, start }: RollupKey, end: number): boolean {
    const pieces = this.#within.all(device, level.width, start - level.span, end)
    return (pieces as unknown as PastPiece[]).some((piece) => {
      const times = readPiece(piece, { partsOf: () => undefined, goodOnly: false })?.times
      return times === undefined || times.some((time) => time >= start && time < end)
    })
  }

  insert({ device, width, start }: RollupKey, made: RollupWindows): void {
    const { times, readings } = made
    const last = times.at(-1) as number
    this.#insert.run(device, width, start, last, readings, times.length, made.encode())
  }

  remove(number: number): void {
    this.#remove.run(number)
  }
}

const WHOLE: WantedParts = { partsOf: () => EVERY_PART, goodOnly: false }

/** All of it, or what is wanted; undefined: it is damaged. */
export function readPiece(
  { body, windows }: PastPiece,
  wanted: WantedParts = WHOLE,
): StoredWindows | undefined {
  try {
    return decodeRollup(body, windows, wanted)
  } catch (thrown) {
    if (!isDamaged(thrown)) throw thrown
    return undefined
  }
}
