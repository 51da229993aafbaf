import { GridError } from '../../core/errors.ts'
import { NO_HASH } from './log-row.ts'
import type { Total } from './totals.ts'

/** What was before the oldest row that is kept: the end of the rows that went, and what they summed up to. Signed as it is stored. */
export interface Beginning {
  /** Of the last row that went; 0: none did. */
  readonly number: number
  readonly hash: string
  readonly totals: readonly Total[]
}

export const NOTHING_BEFORE: Beginning = { number: 0, hash: NO_HASH, totals: [] }

export function decodeBeginning(body: string): Beginning {
  const value: unknown = JSON.parse(body)
  if (typeof value === 'object' && value !== null) {
    const { number, hash, totals } = value as Record<string, unknown>
    if (typeof number === 'number' && typeof hash === 'string' && Array.isArray(totals)) {
      return { number, hash, totals: totals as readonly Total[] }
    }
  }
  throw new GridError('corrupt', 'the beginning of the decision log cannot be read')
}
