import type { ViewParts } from '../view.ts'

export interface MetricsParts extends ViewParts {
  readonly diskBytes: () => number
  readonly journalBytes: () => number
  readonly auditDropped: () => number
}

/** A metric without labels. */
export interface Described {
  readonly name: string
  readonly help: string
  readonly value: () => number
}
