/** Of what a centre says to its sites and hears of them, beside their records; part of `limits`. */
export const fleetLimits = {
  /** Between two reports of a site that nothing happens at: a centre that was started anew knows all of its sites after a minute. */
  reportMs: 60_000,
  /** Between two looks whether there is something to report: a failure is known soon, and one that comes and goes costs a report a second. */
  reportLookMs: 1000,
  /** Of a report: 32 processors, a dozen sentences of health, and much room to spare. */
  reportBytes: 16 * 1024,
  /** Sentences of health in a report, and of each so many characters; how many there are is said. */
  reportProblems: 16,
  reportProblemCharacters: 400,
  /** Processors in a report: ours and as many of the utility's own as an edge runs. */
  reportProcessors: 64,
  /** Reports that a worker of the centre has not stored yet: two of each of a thousand sites. Of one site the latest is kept. */
  reportsWaiting: 2048,
} as const
