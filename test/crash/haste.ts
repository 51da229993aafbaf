import { limits } from '../../src/core/limits.ts'

/**
 * Loaded ahead of an edge under test, whose lives are too short for what otherwise happens once an hour: it seals, merges and cuts
 * spans, takes snapshots and trims the journal all the time, so that kills strike there as well.
 */
Object.assign(limits, {
  sealFirstMs: 20,
  sealAfterMs: 30,
  sealLookMs: 5,
  sealRetryMs: 20,
  sealReadings: 4000,
  historySpanRows: 1536,
  historyMergeRows: 4096,
  historyOverlap: 4,
  snapshotRows: 40,
  journalFreePages: 16,
})
