/** Of people and programs that come over HTTP; part of `limits`. */
export const userLimits = {
  /** People and programs of one edge, or of a centre. */
  users: 256,
  userNameCharacters: 64,
  /** NIST SP 800-63B asks for 8 where a second factor is at hand; there is none, so a phrase is. */
  userPasswordCharactersMin: 12,
  /** Far more than anybody types; a hash takes as long for it. */
  userPasswordCharactersMax: 256,
  /** Passwords of people compared at once, beside those of devices: three of the four threads of libuv at most are busy with guessing. */
  userChecks: 1,
  /** Those that wait for it: two seconds' worth. More are told to come again. */
  userChecksWaiting: 64,
  /** Failures in one name, from wherever, before it is not heard from the network for a while: NIST allows a hundred. */
  userFailures: 100,
  userLockMs: 900_000,
  /** Pairs of a name and an address from which it has come in: to those the last does not apply. */
  userPlacesKept: 4096,
  /** Without a touch of keyboard or pointer. */
  sessionIdleMs: 3_600_000,
  /** A shift of twelve hours. */
  sessionMs: 12 * 3_600_000,
  /** Between two notes that a session is in use: each is a write. */
  sessionTouchMs: 60_000,
  /** The one unused for longest goes: a person has a desk, a tablet, and one that was forgotten. */
  sessionsPerUser: 8,
  /** What is waited to know who asks for the health of a server: a database that is gone must not hold up a probe. */
  whoAsksMs: 500,
  /** A year and a month: whoever renews once a year is never late. */
  tokenDaysMax: 400,
  /** What people did and who came in, some 150 bytes each; the oldest goes first, and how many went is never forgotten. */
  userAuditRows: 100_000,
  /** Of a detail in it. */
  userAuditCharacters: 200,
  /** Failures, which strangers can cause, have a record each up to so many a second, and so many at once; a flood has one with a count. */
  userFailuresToldPerSecond: 0.1,
  userFailuresToldSeconds: 600,
} as const
