/** Of the way to the centre; part of `limits`. */
export const uplinkLimits = {
  /** Records of one envelope: some 50 KiB compressed, a few ms to pack, and far below what a broker takes in one message. */
  envelopeRecords: 500,
  /** Sequence numbers that one envelope may cover: a stretch of which nothing is left is said with a few envelopes. */
  envelopeSpan: 1_000_000,
  /** Of a body before it is compressed. A receiver makes room for so much and no more, whatever the bytes claim. */
  envelopeBytes: 1024 * 1024,
  /** Of a whole envelope as it is sent: below what a message of our own broker may have. */
  envelopePackedBytes: 192 * 1024,
  /** Of a record as JSON: the name, subject and fields of a processor's result, many times over. */
  uplinkRecordBytes: 16 * 1024,
  /** Series of which an outbox remembers what they are, some 200 bytes each; others are looked up again. */
  outboxSeriesKept: 4096,
  /** Streams of one site: the results of our processors and of a utility's own, and a few to come. */
  uplinkStreams: 8,
  /** Envelopes of the live lane that wait for their acknowledgement: at 100 ms there and back it has room for 40,000 records/s. */
  liveInFlight: 8,
  /** Of the backlog at most; fewer where answers take longer for it. */
  backfillInFlight: 16,
  /** By so much may the backlog make answers slower, its own and those of what is new: the time of two commits of the centre, which then always has the next before it. */
  backfillDelayMs: 50,
  /** Between two looks at how long an answer takes with next to no backlog on its way, which cost it one time there and back. */
  backfillMeasureMs: 30_000,
  /** Ranges in one acknowledgement; more are told with later ones. */
  acknowledgedRanges: 256,
  /** Devices of a page of the inventory, in the mean: when one changes, so many are sent, some 10 KiB before compression. */
  inventoryPageDevices: 64,
  /** And at most, however unlucky the hashes of their ids are. */
  inventoryPageDevicesMax: 512,
  /** Of a site with as many devices as an edge may have. */
  inventoryPages: 2048,
  inventoryNameCharacters: 256,
  /** Between two statements of what devices there are, where nothing has changed. */
  inventoryMs: 600_000,
  /** Between two looks whether something has, and so whether it is to be told. */
  inventoryLookMs: 30_000,
  /** A device that was not heard for so long is silent: meters that report once a day are not. */
  deviceSilentMs: 26 * 3_600_000,
  /** Hours of one question what is there: a week, as 6 KiB of JSON. */
  reconciledHours: 168,
  /** Records that are sent again for one question; hours beyond it are for the next. */
  reconciledRecords: 50_000,
  /** Between two questions of the same. */
  reconcileMs: 86_400_000,
  /** Hours that ended so lately are left out: what belongs to them may be on its way. */
  reconcileAfterMs: 7_200_000,
  /** Streams that are asked about at a time; there is another round a minute later. */
  reconciledAtOnce: 32,
  reconcileLookMs: 60_000,
  /** Of a question by hand. */
  reconciledDays: 366,
  /** Stretches that are kept apart in what has been received; past it a sender has to fill gaps before more is taken. */
  receivedRanges: 4096,
  /** An envelope that is not acknowledged for so long goes again: a centre that is busy needs a second. */
  uplinkResendMs: 10_000,
  /** What could not be read or decided is asked for again: a policy starts within a second. */
  uplinkRetryMs: 1000,
  /** The acknowledged watermark stands still for so long though something is in flight: the connection is given up, and made anew. */
  uplinkStuckMs: 20_000,
  /** Without a connection, or with one that brings nothing forward: then health says so. */
  uplinkAlarmMs: 25_000,
  /** Between two looks at what is due, and at what was found while answers were waited for. */
  uplinkLookMs: 200,
  /** Between two looks into the outbox where nobody has said that something was found: a thread that ended may not have come to it. */
  uplinkReadMs: 5000,
  /** Between two statements of what there is to have, and of what the sender has lost. */
  manifestMs: 10_000,
  /** Before a connection is tried again; doubled up to the second, and spread by the id of the site. */
  reconnectMs: 500,
  reconnectMsMax: 15_000,
  /** For CONNACK, over a satellite that is far away. */
  uplinkConnectMs: 10_000,
  uplinkKeepAliveSeconds: 10,
  /** When a whole grid comes back, the backlogs of its sites begin spread over this time. */
  backfillSpreadMs: 10_000,
  /** Records of the backlog in a second, where the site file does not say: a thousand sites together stay below what one centre stores. */
  backfillRecordsPerSecond: 2000,
  /** Where nothing comes back each envelope is sent again so long after it went last, where the site file does not say: a link that is down for an hour loses nothing. */
  oneWayRepeatSeconds: [60, 3600],
  oneWayRepeatTimes: 8,
  /** Stretches that wait to be repeated; beyond it the oldest is not repeated any more, and counted. */
  oneWayRepeats: 4096,
  /** Envelopes that a centre stores with one commit: of a thousand sites that send little each second. */
  centreCommitEnvelopes: 256,
  /** And their bytes, compressed: some 8,000 records, which take PostgreSQL a fifth of a second. */
  centreCommitBytes: 256 * 1024,
  /** Of a backlog in one commit: some 1,000 records. A backlog alone is stored as fast with it as with larger ones. */
  centreBackfillBytes: 32 * 1024,
  /** And for how long what is new waits for it; PostgreSQL takes 25 ms for as many. */
  centreBackfillMs: 40,
  /** Commits at a time: while the database writes one, the next is unpacked. */
  centreCommits: 2,
  /** Envelopes that a broker may send a worker before it has taken them: four of each of a thousand sites, which the broker then need not queue, or drop. */
  centreInFlight: 4096,
  /** Envelopes that wait for a commit of the centre, compressed; past it nothing more is taken from the broker. */
  centreWaitingBytes: 32 * 1024 * 1024,
  /** Before a commit that failed is tried again. */
  centreRetryMs: 500,
  centreRetryMsMax: 10_000,
  /** Rows of one answer of the centre. */
  centreRows: 10_000,
  /** Connections of one centre worker to its database: two write, the others answer. */
  centreConnections: 4,
  /** A site of which nothing was heard for so long is shown as silent: it says every ten seconds what there is to have. */
  siteSilentMs: 25_000,
  /** A clock of a site is wrong that is so far off: a report may be on its way for seconds, and is looked at when it comes. */
  siteClockWrongMs: 5000,
} as const
