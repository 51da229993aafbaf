/** The part of `limits.ts#limits` that is about telling people of alarms; it is read from there. */
export const notifyLimits = {
  /** Contacts of the site file: those on duty, those behind them, and the systems of a control room. */
  contacts: 16,
  /** Alarms that one contact has been told of and not yet of their end, some 300 bytes each. Past it nobody is told of another until one of them is over. */
  noticesKept: 4096,
  /** Alarms of one message: a page of mail, and below what any receiver takes. The next message has the rest. */
  noticesPerMessage: 100,
  /** Between two looks at what is due. */
  notifyTickMs: 500,
  /** For all of a delivery: a mail server that greylists answers at once, one that looks for spam takes seconds. */
  deliveryMs: 20_000,
  /** Of what a receiver answers. More is not looked at. */
  deliveryAnswerBytes: 16 * 1024,
  /** Before a delivery that failed is tried again; doubled up to the second. */
  deliveryRetryMs: 2000,
  deliveryRetryMsMax: 600_000,
  /** Health says so when deliveries have failed for so long: one that is greylisted gets through before. */
  deliveryAlarmMs: 60_000,
  /** An Alertmanager is told again what goes on so often, and forgets what it was not told of for five times as long. */
  repeatMs: 60_000,
  /** A test waits for its answer; more at once would be a way to flood a mail server. */
  notifyTests: 2,
} as const
