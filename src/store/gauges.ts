/** What the writer thread tells the others, as doubles in shared memory: counters since the start, and two states. */
export const gauge = {
  commits: 0,
  commitSeconds: 1,
  commitSecondsLast: 2,
  rows: 3,
  /** Bytes of row bodies; what SQLite adds is in the size of the files. */
  rowBytes: 4,
  /** Stored without knowing whether they are new. */
  unchecked: 5,
  damagedRows: 6,
  /** 1 while the disk refuses to write. */
  diskRefuses: 7,
  /** Stored readings that were committed since the start. */
  readings: 8,
  /** Set by whoever seals: rows of the journal up to this one are in history. */
  sealedJournal: 9,
  /** 1 while the disk has no room: batches are refused. */
  diskFull: 10,
  /** Set by whoever computes behind the journal: rows up to this one are needed by no processor. */
  processedJournal: 11,
} as const

export type Gauge = keyof typeof gauge

export function allocateGauges(): Float64Array<SharedArrayBuffer> {
  const gauges = new Float64Array(new SharedArrayBuffer(Object.keys(gauge).length * 8))
  gauges[gauge.processedJournal] = Infinity
  return gauges
}
