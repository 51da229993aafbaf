/** The limits of the egress gate and its log: a part of `limits.ts#limits`, which has all of them. */
export const egressLimits = {
  /** Of a substation, which has a handful; each is looked at for every connection. */
  insideNetworks: 64,
  /** What the policy sees of a record: names and a few numbers. What is longer stays. */
  policyQuestionBytes: 16 * 1024,
  /** Records of one question to the gate: as many as a slot has readings. */
  policyBatchRecords: 16_384,
  /** Records of an answer to somebody outside that are asked for at a time: 1 MB of JSON. */
  clearedAtOnce: 1024,
  /** Of these, kinds that are evaluated and logged in one go: 20 ms and one commit. */
  policyQuestions: 512,
  /** Decisions that are used again, a kilobyte each with its question; past it the oldest goes. */
  policyCacheEntries: 16_384,
  /** What the thread that evaluates and logs gets to answer, a slow disk included; then it is ended, and what was asked stays. */
  policyAnswerMs: 5000,
  /** A question that failed is not asked again for so long, and an ended thread not started: it stays. */
  policyRetryMs: 10_000,
  /** What a compiled policy may take: ours takes 192 KiB, one with a table of 100,000 names some megabytes. */
  policyMemoryPages: 256,
  /** A compiled policy, packed and not: ours has 50 and 150 kB. */
  policyBundleBytes: 4 * 1024 * 1024,
  policyBundleUnpackedBytes: 16 * 1024 * 1024,
  /** The thread is 10 MB, so it ends when nothing has been asked for this long; the next question then waits for its start, 50 ms. */
  policyThreadIdleMs: 30_000,
  policyThreadHeapMb: 128,
  policyThreadYoungMb: 4,
  /** Reports about the log that are made at a time, each in a thread of 10 MB that reads all of it. */
  policyReports: 2,
  /** What a policy server gets to answer; it stands in the same substation. */
  policyServerMs: 2000,
  /** Its rules may change at any moment, and nobody tells us. */
  policyServerHoldMs: 10_000,
  /** Questions to it at a time. */
  policyServerCalls: 8,
  /** A decision has a hundred bytes, and the names of the fields that it takes away. */
  policyAnswerBytes: 64 * 1024,
  /** Equal decisions of so long are two rows of the log: the first at once, the others together. */
  decisionIntervalMs: 900_000,
  /** Kinds of decisions in one such interval that are logged in detail; more are logged by class and destination. */
  decisionKinds: 4096,
  /** Rows of the decision log, some 100 bytes each: months of fifty kinds. The oldest go, and what they summed up to is kept. */
  decisionRows: 200_000,
  /** Kinds of decisions that these rows refer to, some 800 bytes each. */
  decisionKindsKept: 20_000,
  /** Rows that go at a time: a commit of 20 ms. */
  decisionPruneRows: 5000,
} as const
