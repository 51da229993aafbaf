/** Of commands to devices and their audit; part of `limits`. */
export const commandLimits = {
  /** A request is a line of JSON, and so is an answer. */
  commandBytes: 1024,
  /** What a device gets to answer where the asker says nothing else: a meter behind a slow radio needs some seconds. */
  commandTimeoutMs: 10_000,
  commandTimeoutMsMax: 60_000,
  /** A device that reports less than once a day is one that nobody would miss. */
  commandIntervalSecondsMax: 86_400,
  /** A device does one thing after another: the answer to a second command would not say which of the two it obeyed. */
  commandsPerDevice: 1,
  /** Of all devices together: more than people ask for at a time, and less than a storm of answers. */
  commandsInFlight: 64,
  /** In flight, or with a record on its way to the disk; past it requests are turned away without one. */
  commandsKept: 256,
  /** Requests of one asker at once: a feeder of meters. Then one in so many ms, so that a flood takes hours to push out the audit. */
  commandBurst: 64,
  commandEveryMs: 250,
  /** An asker that is too fast gets one record in so long, with a count: it is seen, and cannot push out what others did. */
  commandTallyMs: 60_000,
  /** Askers whose pace is remembered; the one that has asked for nothing for longest goes first. */
  commandAskers: 1024,
  /** Of what a device says why it refuses. */
  commandDetailCharacters: 200,
  /** Records of commands kept, some 200 bytes each; the oldest goes first, and how many went is never forgotten. */
  auditRows: 100_000,
} as const
