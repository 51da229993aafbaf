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
  /** Of a signed set: a site file, with its digest, for each of a thousand sites, many times over. */
  setBytes: 1024 * 1024,
  /** Of one file of a set: a processor with its module in base64. */
  setFileBytes: 24 * 1024 * 1024,
  /** Of what a site asks: a request for a certificate, a few times over. */
  fleetRequestBytes: 8 * 1024,
  /** Of a content that is sent at once: four seconds at 64 kbit/s, below what a broker takes in one message. */
  pieceBytes: 32 * 1024,
  /** A piece that has not come is asked for again: a thin link has it in a few seconds. */
  pieceAgainMs: 15_000,
  /** Rows of one answer: sets, sites of a rollout that failed, deeds. */
  fleetListed: 100,
  /** Each is some thousand rows that are counted. */
  rolloutsListed: 10,
  fleetDeeds: 1000,
  /** Manifests that a worker of the centre keeps at hand, 1 MiB each at most. */
  fleetSetsInMemory: 4,
  /** For what a broker has not taken in that time another worker of the centre need not wait. */
  fleetSendMs: 10_000,
  /** Between two steps of a rollout. */
  rolloutLookMs: 1000,
  /** What sites are asked, sent together: what a worker that is killed meanwhile has sent is sent once more. */
  desiredAtOnce: 100,
  /** Where nobody says otherwise: after a wave a quarter of an hour nothing goes wrong; one of ten may fail; an hour's silence holds nobody up. */
  rolloutSoakSeconds: 900,
  rolloutFailedPercent: 10,
  rolloutSilentSeconds: 3600,
  /** Sites of one rollout. */
  rolloutSites: 10_000,
  /** Answers that a worker of the centre has in hand; past it a site asks again. */
  answersInHand: 64,
  /** A problem that lasts so long after a change is no passing one, such as a link that is just being made. */
  watchPatienceMs: 45_000,
  /** P99 of acknowledgements that is no fall, whatever it was before; and by how much it may rise. */
  watchP99Seconds: 1,
  watchP99Times: 4,
  /** Between two looks whether somebody has changed what a set has placed: the files are read for it. */
  driftLookMs: 10_000,
  /** Starts during the watch: one is meant, a second may be somebody's; more is a loop. */
  trialStarts: 3,
  /** A rehearsal compiles a policy and a few modules and calls each of them. */
  rehearsalMs: 60_000,
  /** A site's certificate, which it renews when a third is left: half a year without a link is no end of it. */
  siteCertificateDays: 730,
  serverCertificateDays: 730,
  /** Of the centre's CA: longer than machines in a substation live. */
  authorityDays: 7300,
  /** Of a list of revoked certificates: a broker that is given no newer one in that time lets nobody in any more, so fetch one each hour. */
  revocationListDays: 30,
  /** What comes of a machine so long after another was enrolled in its place was on its way; what comes later shows that it goes on. */
  replacedGraceMs: 60_000,
  /** A token is used on the day that it is made for. */
  enrolTokenMs: 86_400_000,
  /** Between two looks whether a certificate ends, and two requests for another. */
  renewalAgainMs: 3_600_000,
  /** Between two looks at what was revoked: within so long a connection that is there is cut by every worker. */
  revokedLookMs: 2000,
} as const
