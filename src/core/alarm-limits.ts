/** The part of `limits.ts#limits` that is about alarms; it is read from there. */
export const alarmLimits = {
  /** One of each device, and as many again that rest: some hundred bytes each, four kilobytes at most. */
  alarms: 20_000,
  /** Of one alarm: all meters of the largest feeder. Past it those that have ended leave it, or else others stand by themselves. */
  alarmMembers: 8192,
  /** A list of shelved alarms that nobody can read any more is a list of forgotten ones. */
  alarmShelves: 256,
  /** A shelf has an end: a week is a holiday, what takes longer is a rule of the site file. */
  alarmShelveHoursMax: 168,
  /** Alarms that are retained over MQTT: retained messages of all clients have 10,000 places. The others wait, and are on HTTP. */
  alarmMessages: 2000,
  /** Of an event; a module may have named many more. */
  alarmFields: 16,
  /** An event that is so far ahead is of a clock that was set wrongly, by a time zone for instance: what comes before it is not old. */
  alarmAheadMs: 3_600_000,
  /** Of what people write: who, a reason, a comment. */
  alarmTextCharacters: 200,
  alarmRules: 256,
  /** Names that one rule absorbs. */
  alarmAbsorbs: 32,
  /** Names of first members that stand with their alarm. */
  alarmMembersNamed: 5,
  /** Between two looks at what is due; so long, too, may a change wait for the disk and for those who listen. */
  alarmTickMs: 100,
  /** Between two syncs of what came of events: a slow disk takes 20 ms for one, and nothing else is done meanwhile. */
  alarmSyncMs: 1000,
  /** Batches of events of which their giver does not know yet that they are kept; while the disk refuses the oldest goes first. */
  alarmGiversWaiting: 4096,
  /** Rows that one look writes: some 5 ms of the thread that serves everybody. The rest waits for the next. */
  alarmRowsPerWrite: 256,
  /** Steps of alarms that wait for the disk; more are counted only. */
  alarmTransitionsWaiting: 20_000,
  /** Steps of alarms kept, some 200 bytes each with their index; the oldest goes first. */
  alarmTransitions: 100_000,
} as const
