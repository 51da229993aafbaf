import type { ViewParts } from '../view.ts'

export interface MetricsParts extends ViewParts {
  readonly diskBytes: () => number
  /** Files that were put aside as damaged, and that nobody has taken away yet. */
  readonly damagedFiles: () => number
  readonly journalBytes: () => number
  readonly auditDropped: () => number
}

/** A metric without labels. */
export interface Described {
  readonly name: string
  readonly help: string
  readonly value: () => number
}
