/** Of processors and their results; part of `limits`. */
export const processorLimits = {
  /** Of the memory of a module, 64 KiB each: 64 MiB hold the state of 100,000 points. */
  processorPages: 1024,
  /** Of a pod: seven processors in one memory, names of 200,000 points, and messages while the broker is slow. */
  podPages: 8192,
  /** Of a module; ours have 10 to 60 KiB. */
  processorBytes: 4 * 1024 * 1024,
  /** Modules of a utility's own on one edge: each has a memory, and its turn with every row. */
  ownProcessors: 16,
  /** Rows side by side with the module whose place it takes, before a new one does. */
  shadowRows: 100,
  /** Rows of the journal that processors take in before the results are committed: some milliseconds at full load. */
  processorRows: 8,
  /** Between two ticks of the processors. */
  processorTickMs: 1000,
  /** Between two snapshots: what is computed again after a kill. */
  processorSnapshotMs: 60_000,
  /** Processor time of one call of ours: a week's figures of all points are done in one. Beyond it the module is stopped. */
  processorCallMs: 5000,
  /** Of a module of a utility's own, hundred times what is usual for a full batch. */
  ownProcessorCallMs: 80,
  /** Of a call that begins one: what it takes to read back a state of 64 MiB on a slow machine, several times over. */
  ownProcessorBeginMs: 1000,
  /** How often is looked whether a call takes too long: with the times above, a module that spins is stopped within 200 ms, one that begins with it within 1.2 s. */
  processorWatchMs: 40,
  /** Where processors are few, acknowledging goes before computing. */
  processorNice: 5,
  /** Of the thread's heap, without the memories of the modules. */
  processorYoungMb: 16,
  processorHeapMb: 256,
  /** How long a stop waits for the last snapshot. */
  processorStopMs: 3000,
  /** Before a thread that ended is started again. */
  processorRestartMs: 20,
  /** The longest between two attempts, each of which waits four times as long as the one before. */
  processorRestartMsMax: 60_000,
  /** Attempts after which the journal is kept no longer for a thread that cannot run: some minutes, and a disk must not fill for it. */
  processorFailures: 8,
  /** Results that are read at once to be published after a start. */
  resultsAtOnce: 1000,
  /** Readings that processors may be behind; beyond it the journal is no longer kept for them, and what they miss is counted. */
  processorLagReadings: 100_000_000,
  /** Calls in a row whose output overflowed, after which a module is stopped. */
  processorOverflows: 10,
  /** Of results.db; then the oldest results make room, derived readings first, and are counted. */
  resultsBytes: 512 * 1024 * 1024,
  /** Between two looks at how large it is. */
  resultsSweepMs: 60_000,
  /** Numbers of series kept in memory, some 200 bytes each; others are looked up. */
  resultSeriesKept: 200_000,
} as const
