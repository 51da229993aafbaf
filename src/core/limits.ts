import { assert } from './assert.ts'

/**
 * Every limit of the system, with its unit in the name and its reason beside it. What is not bounded here is not
 * bounded: a new queue, cache or table starts with a line in this file.
 */
export const limits = {
  // --- connections -----------------------------------------------------------------------------------------
  /** A substation has about 1,000 devices; four times that leaves room for reconnects that overlap. */
  connections: 4096,
  /** Connections that have not sent CONNECT yet; past it the one that waited longest is closed. */
  strangers: 1024,
  /** Between the TCP handshake and CONNECT. A device that says nothing holds a place for this long, no longer. */
  connectTimeoutMs: 10_000,
  /** What a peer gets to take its last packet before its socket is closed. A stop of the edge waits this long at most. */
  farewellMs: 1000,
  /** Largest control packet we accept, announced as Maximum Packet Size. A meter's batch of a day fits. */
  packetBytes: 256 * 1024,
  /** Bytes of unfinished packets over all connections; past it the connection that would add more is closed. */
  unfinishedBytesTotal: 64 * 1024 * 1024,
  /** Bytes waiting in one connection's socket before we stop reading from it (a client that never reads). */
  unsentBytesPause: 256 * 1024,
  /** Bytes waiting in one connection's socket before it is closed. */
  unsentBytesClose: 4 * 1024 * 1024,
  /** QoS 1 and 2 publishes a client may have unacknowledged, announced as Receive Maximum. Four bytes each. */
  receiveMaximum: 16_384,
  topicBytes: 1024,
  topicLevels: 32,
  topicAliases: 16,
  /** Topics that a connection remembers the way of; past it all are looked up again. Up to 8 KiB each. */
  routesPerConnection: 32,
  /** User properties of one packet or will: empty ones cost 5 bytes to send and 20 times that to keep. */
  userProperties: 128,
  clientIdBytes: 256,

  // --- sessions and messages kept in memory ----------------------------------------------------------------
  sessions: 8192,
  /** A session that nobody resumes is forgotten after this, whatever the client asked for. */
  sessionExpirySecondsMax: 7 * 24 * 3600,
  subscriptionsPerSession: 256,
  /** A filter of 32 levels takes 8 KiB. */
  subscriptionsTotal: 16_384,
  /** Messages waiting for one subscriber; the oldest is dropped and counted. */
  queuedMessagesPerSession: 1024,
  queuedBytesPerSession: 1024 * 1024,
  queuedBytesTotal: 64 * 1024 * 1024,
  /** QoS 1 and 2 messages on their way to one subscriber, lowered by its Receive Maximum. */
  inflightPerSession: 64,
  /** A will is a few bytes of status, and every client may leave one. */
  willBytes: 16 * 1024,
  retainedMessages: 10_000,
  retainedBytesTotal: 16 * 1024 * 1024,

  // --- ingest ----------------------------------------------------------------------------------------------
  /** Readings in one slot of shared memory; also the most one message may carry. 22 bytes each. */
  slotReadings: 16_384,
  /** Slots: one filling, one committing, the rest is what ingest may run ahead of the disk. */
  slots: 4,
  /** Readings that are committed at once; fewer wait `commitWaitMs` for company. At 20,000/s that takes 0.8 ms. */
  commitAtOnceReadings: 16,
  /** How long a first reading waits for others to share its fsync: 1,000 messages/s would else cost 1,000 of them. */
  commitWaitMs: 8,
  /** Refused payloads kept as evidence per commit; more are counted only. */
  evidencePerCommit: 16,
  /** Devices and points numbered by one edge. A device that invents names must not fill the disk with them. */
  devices: 20_000,
  points: 200_000,
  pointsPerDevice: 4096,
  quantityBytes: 64,
  deviceBytes: 128,
  /** First bytes of a refused payload that are kept for an operator. */
  evidenceBytes: 256,
  /** Refused payloads kept; the oldest goes first. The count of them is never forgotten. */
  evidenceRows: 1000,
  /** Account entries of one slot that are not "stored": refusals and duplicates. */
  slotNotes: 16_384,
  /** A device's clock this far ahead of ours is marked "clock not synchronised". */
  clockAheadMs: 5000,
  /** And so is one before the year 2000: a clock that was never set, or seconds where milliseconds are due. */
  clockBeginMs: 946_684_800_000,

  // --- store -----------------------------------------------------------------------------------------------
  /** Reading time one journal row may span. Bounds how far back a lookup by time has to begin. */
  journalRowSpanMs: 60_000,
  /** Readings of older rows compared per commit to decide whether late ones are already there. */
  lateLookupReadings: 500_000,
  /** A snapshot of accounts is due after so many readings, or so many rows: it bounds the replay at start. */
  snapshotReadings: 2_000_000,
  snapshotRows: 20_000,
  /** What the writer gets to end in good order: its last snapshot, and a checkpoint of the WAL. */
  writerStopMs: 5000,
  /** Between attempts to write what the disk refused. */
  diskRetryMs: 500,
  /** WAL frames before a checkpoint, in pages of 4 KiB. */
  walPages: 2000,
  /** Readings handed from the query thread to HTTP at a time. */
  queryChunkReadings: 4096,
  queries: 8,
  /** Chunks of one query that wait for a slow client. */
  queryChunksAhead: 2,
  /** A query thread costs some 10 MB, so it ends when nobody has asked for anything for this long. */
  queryThreadIdleMs: 30_000,
  queryThreadHeapMb: 128,
  /** Chunks and rows are short-lived: with less room for them they are collected sooner, for 50 MB less in a long export. */
  queryThreadYoungMb: 8,
  writerThreadHeapMb: 512,
  writerThreadYoungMb: 8,
  /** Readings of overlapping rows that one query holds; past it the query works in shorter windows. */
  queryOverlapReadings: 262_144,
  /** Pages that one reader keeps in memory. */
  readerCacheKib: 4096,
  writerCacheKib: 8192,
  /** A reader waits this long for the writer to recover or truncate the WAL. */
  readerBusyMs: 5000,

  // --- HTTP ------------------------------------------------------------------------------------------------
  httpConnections: 256,
  httpBodyBytes: 64 * 1024,
  httpHeaderBytes: 16 * 1024,
  /** A request, head and body, has arrived by then or never will. */
  httpRequestMs: 10_000,
  /** A connection on which nothing moves for so long is closed; it also ends the query of a client that stopped reading. */
  httpSilenceMs: 60_000,
  httpKeepAliveMs: 30_000,
  /** Names of points as they stand in the text, kept for one answer; 100 bytes each. */
  httpNamesKept: 16_384,
  siteFileBytes: 4 * 1024 * 1024,
} as const

/** Relations that the code relies on; checked once when a process starts. */
export function assertLimits(): void {
  assert(limits.slots >= 2, 'one slot fills while another commits')
  assert(
    limits.unsentBytesPause < limits.unsentBytesClose,
    'a slow reader is paused before it is closed',
  )
  assert(limits.commitAtOnceReadings < limits.slotReadings, 'a slot has room for what waits')
  assert(
    limits.queryOverlapReadings >= limits.points,
    'a window of one moment, a reading of every point, fits into a query',
  )
  assert(limits.slotReadings < 65_536, 'a row inside a slot is numbered with 16 bits')
  assert(
    limits.packetBytes < limits.unfinishedBytesTotal,
    'one packet fits into the memory for all',
  )
}
