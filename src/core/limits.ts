import { alarmLimits } from './alarm-limits.ts'
import { assert } from './assert.ts'
import { commandLimits } from './command-limits.ts'
import { consoleLimits } from './console-limits.ts'
import { notifyLimits } from './notify-limits.ts'
import { processorLimits } from './processor-limits.ts'
import { egressLimits } from './egress-limits.ts'
import { centreLimits } from './centre-limits.ts'
import { fleetLimits } from './fleet-limits.ts'
import { uplinkLimits } from './uplink-limits.ts'
import { userLimits } from './user-limits.ts'

/**
 * Every limit of the system, with its unit in the name and its reason beside it. What is not bounded here is not
 * bounded: a new queue, cache or table starts with a line in this file.
 */
export const limits = {
  // --- connections -----------------------------------------------------------------------------------------
  /** A substation has about 1,000 devices; four times that leaves room for reconnects that overlap. */
  connections: 4096,
  /**
   * New connections from one address (of IPv6: one /64): a thousand devices behind a concentrator may each come back every four
   * seconds. Past it they are closed before a byte is read. A site may have less, of this and the next two.
   */
  connectionsPerSecond: 250,
  /** What an address that was quiet may bring at once: every client that there may be, after a restart, from behind one concentrator. */
  connectionBurstSeconds: 20,
  /** Addresses of which that is remembered, some 200 bytes each; the oldest goes first. */
  connectionAddresses: 4096,
  /** PUBLISH of one client: all readings of 50 substations. Past it the client is not read from until it has paid. */
  messagesPerSecond: 1_000_000,
  /** What one client sends, packets of any kind: more than a gigabit network carries. */
  bytesPerSecond: 128 * 1024 * 1024,
  /** What a client that was quiet may send at once; devices send by the second or less often. */
  rateBurstSeconds: 1,
  /** Clients that went and still owe something for the last two, some 200 bytes each; the oldest goes first. */
  pacesKept: 4096,
  /** Connections that have not sent CONNECT yet; past it the one that waited longest is closed. */
  strangers: 1024,
  /** Connections on which TLS or the upgrade to WebSocket is under way, 60 kB each; past it the oldest is closed. */
  handshakes: 1024,
  /** What a peer gets for them. A slow device needs a second; with a distant one behind a radio link it may be five. */
  handshakeMs: 10_000,
  /** Between two looks at the files of certificates: whoever replaces one sees at once whether it is good. */
  certificateLookMs: 1000,
  /** A certificate with its chain has 2 to 6 kB, a list of CAs ten times that. */
  certificateFileBytes: 256 * 1024,
  /** Between the TCP handshake and CONNECT. A device that says nothing holds a place for this long, no longer. */
  connectTimeoutMs: 10_000,
  /** A CONNECT that is kept while its client authenticates in steps: the longest will fits; 24 MiB for all strangers. */
  connectKeptBytes: 24 * 1024,
  /** What a peer gets to take its last packet before its socket is closed. A stop of the edge waits this long at most. */
  farewellMs: 1000,
  /** Largest control packet we accept, announced as Maximum Packet Size. A meter's batch of a day fits. */
  packetBytes: 256 * 1024,
  /** What one connection's packets may take before others have their turn; a chunk of readings takes a third of it. */
  sliceMs: 1,
  /** A turn of the event loop that took so long reads no more from those it has heard, and lets no more go on that wait. */
  turnMs: 4,
  /** Connections that wait for their turn and go on in one. */
  turnConnections: 16,
  /** Filters of one SUBSCRIBE or UNSUBSCRIBE, four times as many as a session may have: a packet is dealt with as a whole. */
  filtersPerPacket: 1024,
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
  /** Both ways, for each connection. */
  topicAliases: 16,
  /** Topics that were sent to a client once and get an alias the next time, where the client takes any. */
  topicsSeen: 64,
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
  /** Levels of all filters, four each: one message may have to look at every one of them, which takes 7 ms. */
  subscriptionLevelsTotal: 65_536,
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
  /** Places among the retained messages that a client may have looked at before others have their turn: 13 ms if all are sent. */
  retainedLooks: 5000,
  /** Before it may go on. */
  retainedLooksMs: 250,
  /** Changes of sessions and retained messages that wait for the disk; past it nothing is taken that has to be kept. */
  keptWaitingBytes: 16 * 1024 * 1024,
  /** Between two looks for retained messages that have expired: a walk through all of them takes a millisecond. */
  retainedPurgeMs: 60_000,
  /** Between two rounds of `$SYS`, however many ask for it. */
  statusIntervalMs: 10_000,

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
  /** The edge's own clock was set where it moves so much against the monotonic one between two looks; slewing moves it by 0.5 ms. */
  clockStepMs: 500,
  clockLookMs: 1000,
  /** Records of that; the oldest goes first. A clock is set a few times a year. */
  clockSteps: 10_000,

  /** Kinds of foreign payloads in a site file; each topic that is new is compared with all of them. */
  mappings: 64,
  mappingValues: 256,
  /** Edge nodes of Sparkplug that are remembered; one that has died makes room. */
  sparkplugNodes: 1024,
  /** Metrics of all of them, by their births: as many as there may be points, some 200 bytes each. */
  sparkplugMetrics: 200_000,
  /** Metrics of one message: as many readings as a message may carry. An empty one takes 2 bytes to send. */
  sparkplugMetricsPerMessage: 16_384,
  /** What a message that others have overtaken gets to arrive before births are asked for. */
  sparkplugReorderMs: 2000,
  /** Between two such requests to one edge node: its births may be as long as a packet. */
  sparkplugRebirthMs: 30_000,

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
  /** Free on the file system before a disk that was full is tried again: a batch, its pages, and a part of the WAL. */
  diskProbeBytes: 4 * 1024 * 1024,
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
  /** Windows that a query of several devices holds to put them in order, 22 bytes each: a month of hours of 1,400 points. */
  querySliceValues: 1_048_576,
  /** Of a window of a query, a leap year: bounds how far a difference looks back. */
  stepSeconds: 366 * 86_400,
  /** Pages that one reader keeps in memory. */
  readerCacheKib: 4096,
  writerCacheKib: 8192,
  /** A reader waits this long for the writer to recover or truncate the WAL. */
  readerBusyMs: 5000,
  /** Rows of one span of history, nearly six days at a minute: what stands beside its bits is then 0.01 byte a reading. */
  historySpanRows: 8192,
  /** Columns of spans that are kept decoded for late readings, 128 KiB each at most: a device sends its backlog point by point. */
  lateStretches: 64,
  /** A span of fewer is written again with what comes next: at 1,024 rows a reading takes a seventh more than at 8,192, at 100 twice as much. */
  historyFairRows: 1024,
  /** Spans of a device that are smaller; then they are put together, however short they are. */
  historySmallSpans: 16,
  /** Readings that one sealing writes again so that fair spans become full ones, where it has not much else to do. */
  historyLeisureReadings: 2_000_000,
  /** Rows of a device that one sealing writes again at most, beside what is new: four spans of ten points are 8 MB while that lasts. */
  historyMergeRows: 32_768,
  /** Spans of a device that may overlap at one moment: so many more blocks a query opens, before they are put in order. */
  historyOverlap: 8,
  /** Rows of the journal that a commit takes away once they are in history, for each that it adds; one of them at least. */
  journalTrimRows: 4,
  /** Pages that a commit of few readings gives back to the disk, a quarter of a megabyte that is written meanwhile. */
  journalVacuumPages: 64,
  /** A commit of more gives none back: what is free is needed again soon. */
  journalVacuumReadings: 2048,
  /** Free pages of 4 KiB that the journal keeps for the rows to come; more are given back to the disk. */
  journalFreePages: 4096,
  /** Readings that are due to be sealed, more where there are many points: so many of each, for a fair span, up to the most. */
  sealReadings: 1_000_000,
  sealReadingsPerPoint: 1024,
  /** Readings that are sealed in one go, 18 bytes each while it lasts; the journal has 14 for each of them. */
  sealReadingsMost: 8_000_000,
  /** The oldest reading of the journal waits so long for others: fewer and fuller spans. */
  sealAfterMs: 3_600_000,
  /** After a start, when the edge has taken its devices back. */
  sealFirstMs: 30_000,
  sealLookMs: 500,
  /** After a run that failed: the disk was full, or refused. */
  sealRetryMs: 10_000,
  /** The thread that seals ends when there has been nothing to do for so long. */
  sealerIdleMs: 30_000,
  /** Readings to a window, from which on a chunk of rollups is kept: it then takes a tenth of what the readings do, or less. */
  rollupReadings: 60,
  /** Chunks of rollups made after a sealing before the thread ends; what is left is made after the next one. */
  rollupRunMs: 2000,
  /** How often a query begins a window again because readings went while it read: each time more than enough to get through. */
  rollupTries: 8,
  /** Pieces of a chunk of what stays of readings that went: a span that goes adds one, and all are written again when they are so many. */
  rollupPieces: 8,
  sealerHeapMb: 512,
  /** Of the file system, where the site file does not say what the data folder may take: others live there, too. */
  diskBudgetShare: 0.8,
  /** Below it two write-ahead logs of 8 MB and the free pages of the journal would leave little for readings. */
  diskBudgetBytesMin: 128 * 1024 * 1024,
  /** Kept free of the budget, or a quarter of it where that is less: a sealing, and what both logs grow by meanwhile. */
  budgetReserveBytes: 64 * 1024 * 1024,
  /** Spans that make room in one commit, half a megabyte each at most. */
  thinSpans: 16,
  /** Between two looks at what the data folder takes: at full speed the journal grows by 10 MB meanwhile. */
  budgetLookMs: 500,
  sealerYoungMb: 16,
  /** Of the thread that seals: beside a busy one it gets a tenth of a processor, and all that nobody else wants. */
  sealerNice: 10,
  /** A file in which damage shows again so soon after a salvage lies on a disk that is dying: starting again would help nobody. */
  salvageEveryMs: 600_000,
  /** A backup copies a megabyte, then waits: some 40 MB/s at most, which leaves the disk to the commits. */
  backupStepPages: 256,
  backupPauseMs: 20,

  /** Rows of a row group in an exported Parquet file: gathered before they are written, and what a reader may skip at a time. */
  exportRowGroup: 65_536,

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
  // --- Prometheus remote read ------------------------------------------------------------------------------
  /** A request without its compression: a pattern that names a thousand devices takes 20 KiB. */
  remoteReadRequestBytes: 256 * 1024,
  /** Prometheus sends one. */
  remoteReadQueries: 16,
  remoteReadMatchers: 64,
  /** Points that the queries of one request match, some 500 bytes each in the answer. */
  remoteReadSeries: 10_000,
  /** Samples of one request, 16 bytes each in memory until they are sent: 32 MB. A quantity once a second for three weeks. */
  remoteReadSamples: 2_000_000,
  /** Requests answered at a time. */
  remoteReads: 2,
  /** Those that wait for it: the panels of a dashboard. */
  remoteReadsWaiting: 64,
  /** Length of a regular expression about a label: names of a thousand devices. */
  patternCharacters: 32_768,
  /** Groups within groups: a pattern is read by recursion. */
  patternDepth: 64,
  /** Size of one that is not a mere list of names, its repetitions written out. */
  patternInstructions: 4096,
  /** What the patterns of a request may take in all: some tenths of a second. */
  patternSteps: 20_000_000,

  siteFileBytes: 4 * 1024 * 1024,

  // --- access ----------------------------------------------------------------------------------------------
  /** Passwords compared at once, in threads of libuv: half of the four that there are, 19 MiB each. */
  passwordChecks: 2,
  /** Those that wait for it: every stranger may. */
  passwordChecksWaiting: 1024,
  /** What a hash of the site file may ask for: 64 MiB and ten passes take a quarter of a second. */
  passwordMemoryKib: 65_536,
  passwordPasses: 10,
  /** A password is a line of text, or a token. */
  passwordBytes: 1024,
  /** A message of SCRAM has 60 bytes, a name and two nonces. */
  scramMessageBytes: 1024,
  /** What a client can be asked to count through before it is in: a second of a large one, minutes of a small one. */
  scramIterations: 1_000_000,
  /** Failed logins of one name from one address, and of any from there, that cost nothing but the try. */
  loginFailures: 5,
  loginFailuresPerAddress: 20,
  /** The wait after the first that is one too many; it doubles up to the second. */
  loginWaitMs: 1000,
  loginWaitMsMax: 60_000,
  /** Without a failure for so long all is forgotten. */
  loginForgetMs: 600_000,
  /** Addresses and names whose failures are remembered, some 200 bytes each; the oldest goes first. */
  loginFailuresKept: 4096,
  /** Between two looks at the device store: a revoked device is out within two seconds. */
  deviceLookMs: 500,
  roles: 64,
  roleFilters: 64,
  roleCommands: 256,
  clients: 256,

  ...alarmLimits,
  ...notifyLimits,
  ...commandLimits,
  ...consoleLimits,
  ...processorLimits,
  ...egressLimits,
  ...centreLimits,
  ...uplinkLimits,
  ...userLimits,
  ...fleetLimits,
} as const

/** Relations that the code relies on; checked once when a process starts. */
export function assertLimits(): void {
  assert(limits.slots >= 2, 'one slot fills while another commits')
  assert(
    limits.unsentBytesPause < limits.unsentBytesClose,
    'a slow reader is paused before it is closed',
  )
  assert(limits.willBytes < limits.connectKeptBytes, 'a CONNECT with the longest will can be kept')
  assert(
    limits.connectionsPerSecond * limits.connectionBurstSeconds > limits.connections,
    'after a restart every client may come back from one address',
  )
  assert(limits.commitAtOnceReadings < limits.slotReadings, 'a slot has room for what waits')
  assert(
    limits.queryOverlapReadings >= limits.points,
    'a window of one moment, a reading of every point, fits into a query',
  )
  assert(
    limits.historySpanRows >= 1536,
    'a chunk of rollups has as many windows, and the format of a span',
  )
  assert(
    limits.querySliceValues >= limits.points,
    'a window of every point fits into a slice of a query',
  )
  assert(
    limits.historySpanRows <= 16_384,
    'a row of a span fits into 16 bits, its kinds of values into the table that ranks them',
  )
  assert(
    limits.decisionKinds < limits.decisionKindsKept &&
      limits.decisionPruneRows < limits.decisionRows,
    'what one interval logs is not what makes room for it',
  )
  assert(limits.policyServerMs < limits.policyAnswerMs, 'a silent policy server is noticed first')
  assert(
    limits.commandsInFlight < limits.commandsKept,
    'a request that is one too many can still be recorded',
  )
  assert(
    limits.alarmMessages < limits.retainedMessages,
    'alarms leave room for what clients retain',
  )
  assert(limits.sessionTouchMs < limits.sessionIdleMs, 'a session in use does not end')
  assert(limits.remoteReads < limits.queries, 'remote reads leave room for other queries')
  assert(limits.envelopePackedBytes < limits.packetBytes, 'an envelope fits into a message')
  assert(limits.slotReadings < 65_536, 'a row inside a slot is numbered with 16 bits')
  assert(
    limits.packetBytes < limits.unfinishedBytesTotal,
    'one packet fits into the memory for all',
  )
}
