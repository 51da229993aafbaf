import { assert } from './assert.ts'

/**
 * Every limit of the system, with its unit in the name and its reason beside it. What is not bounded here is not
 * bounded: a new queue, cache or table starts with a line in this file.
 */
export const limits = {
  // --- connections -----------------------------------------------------------------------------------------
  /** A substation has about 1,000 devices; four times that leaves room for reconnects that overlap. */
  connections: 4096,
  /** Between the TCP handshake and CONNECT. A device that says nothing holds a place for this long, no longer. */
  connectTimeoutMs: 10_000,
  /** Largest control packet we accept, announced as Maximum Packet Size. A meter's batch of a day fits. */
  packetBytes: 256 * 1024,
  /** Bytes of unfinished packets over all connections; past it the connection that would add more is closed. */
  unfinishedBytesTotal: 64 * 1024 * 1024,
  /** Bytes waiting in one connection's socket before we stop reading from it (a client that never reads). */
  unsentBytesPause: 256 * 1024,
  /** Bytes waiting in one connection's socket before it is closed. */
  unsentBytesClose: 4 * 1024 * 1024,
  /** QoS 1 and 2 publishes a client may have unacknowledged, announced as Receive Maximum. */
  receiveMaximum: 1024,
  topicBytes: 1024,
  topicLevels: 32,
  topicAliases: 16,
  clientIdBytes: 256,

  // --- sessions and messages kept in memory ----------------------------------------------------------------
  sessions: 8192,
  /** A session that nobody resumes is forgotten after this, whatever the client asked for. */
  sessionExpirySecondsMax: 7 * 24 * 3600,
  subscriptionsPerSession: 256,
  subscriptionsTotal: 65_536,
  /** Messages waiting for one subscriber; the oldest is dropped and counted. */
  queuedMessagesPerSession: 1024,
  queuedBytesPerSession: 1024 * 1024,
  queuedBytesTotal: 64 * 1024 * 1024,
  /** QoS 1 and 2 messages on their way to one subscriber, lowered by its Receive Maximum. */
  inflightPerSession: 64,
  retainedMessages: 10_000,
  retainedBytesTotal: 16 * 1024 * 1024,

  // --- ingest ----------------------------------------------------------------------------------------------
  /** Readings in one slot of shared memory; also the most one message may carry. 22 bytes each. */
  slotReadings: 16_384,
  /** Slots: one filling, one committing, the rest is what ingest may run ahead of the disk. */
  slots: 4,
  /** Receipts (PUBACK, PUBREC) that wait for a commit, over all connections. */
  receipts: 65_536,
  /** Devices and points numbered by one edge. A device that invents names must not fill the disk with them. */
  devices: 20_000,
  points: 200_000,
  pointsPerDevice: 4096,
  quantityBytes: 64,
  deviceBytes: 128,
  /** Nesting of a JSON payload; the canonical form needs 3. */
  jsonDepth: 8,
  /** First bytes of a refused payload that are kept for an operator. */
  evidenceBytes: 256,
  /** Refused payloads kept; the oldest goes first. The count of them is never forgotten. */
  evidenceRows: 1000,
  /** A device's clock this far ahead of ours is marked "clock not synchronised". */
  clockAheadMs: 5000,

  // --- store -----------------------------------------------------------------------------------------------
  /** Reading time one journal row may span. Bounds what a lookup by time has to open. */
  journalRowSpanMs: 16_000,
  /** Journal rows opened to decide whether one late reading is already there. */
  lateLookupRows: 256,
  /** A snapshot of accounts is due after so many readings, or so long: it bounds the replay at start. */
  snapshotReadings: 4_000_000,
  snapshotIntervalMs: 15_000,
  /** WAL frames before a checkpoint, in pages of 4 KiB. */
  walPages: 2000,
  /** Readings handed from the query thread to HTTP at a time. */
  queryChunkReadings: 4096,
  queries: 8,

  // --- HTTP ------------------------------------------------------------------------------------------------
  httpConnections: 256,
  httpBodyBytes: 64 * 1024,
  siteFileBytes: 4 * 1024 * 1024,
} as const

/** Relations that the code relies on; checked once when a process starts. */
export function assertLimits(): void {
  assert(limits.slots >= 2, 'one slot fills while another commits')
  assert(limits.unsentBytesPause < limits.unsentBytesClose, 'a slow reader is paused before it is closed')
  assert(limits.receipts >= limits.slotReadings, 'a slot of one-reading messages has a receipt for each')
  assert(limits.slotReadings < 65_536, 'a row inside a slot is numbered with 16 bits')
  assert(limits.packetBytes < limits.unfinishedBytesTotal, 'one packet fits into the memory for all')
}
