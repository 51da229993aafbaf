/** What results can be about. */
export type SubjectKind = 'site' | 'voltageLevel' | 'transformer' | 'feeder' | 'device'

export interface SubjectEntry {
  /** Stays the same for as long as the data folder lives. */
  readonly number: number
  readonly kind: SubjectKind
  readonly id: string
  /** As the site file has it; undefined: it does not. */
  readonly entry: unknown
}

export interface PointEntry {
  readonly number: number
  readonly subject: number
  readonly quantity: string
  readonly unit: string
}

/** Whether a manifest's `reads` has the quantity: by its name, or by how it begins (`voltage.*`). */
export function isRead(reads: readonly string[], quantity: string): boolean {
  return reads.some((pattern) =>
    pattern.endsWith('*') ? quantity.startsWith(pattern.slice(0, -1)) : pattern === quantity,
  )
}
