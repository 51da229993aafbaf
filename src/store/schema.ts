/**
 * The tables of `journal.db`. `application_id` says whose file it is, `user_version` is the version of the format.
 *
 * A group commit writes one row of `journal`, or several where its readings lie further apart than
 * `limits.journalRowSpanMs`: so whoever looks for a time knows how far back the row may begin, and a device with the clock
 * of 1970 does not stretch everybody's row over half a century. `first_time` is NULL in a row that holds notes only.
 * `devices` has bit (device mod 32) set for each device in the row.
 */
export const APPLICATION_ID = 0x42555342
export const FORMAT_VERSION = 2
/** The one before is read, and brought up to this one by the first writer that opens it. */
export const OLDEST_VERSION = 1

/** What a file of version 1 lacks. `crc` is the CRC-32 of key and value. */
const ADDED_IN_2 = `
CREATE TABLE kept (
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL,
  crc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  request TEXT NOT NULL,
  who TEXT NOT NULL,
  address TEXT NOT NULL,
  device TEXT NOT NULL,
  command TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  duration_ms INTEGER
) STRICT;
CREATE TABLE clock_steps (
  number INTEGER PRIMARY KEY,
  journal INTEGER NOT NULL,
  since INTEGER NOT NULL,
  before INTEGER NOT NULL,
  after INTEGER NOT NULL
) STRICT;
`

export const UPGRADE = `${ADDED_IN_2} PRAGMA user_version = ${FORMAT_VERSION};`

export const SCHEMA = `
CREATE TABLE devices (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE points (
  number INTEGER PRIMARY KEY,
  device INTEGER NOT NULL,
  quantity TEXT NOT NULL,
  unit TEXT NOT NULL,
  UNIQUE (device, quantity)
) STRICT;
CREATE TABLE journal (
  number INTEGER PRIMARY KEY,
  first_time INTEGER,
  last_time INTEGER,
  devices INTEGER NOT NULL,
  readings INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX journal_time ON journal (first_time, last_time, devices, readings) WHERE first_time IS NOT NULL;
CREATE TABLE conflicts (
  point INTEGER NOT NULL,
  time INTEGER NOT NULL,
  value REAL,
  quality INTEGER NOT NULL,
  PRIMARY KEY (point, time)
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  journal INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE evidence (
  number INTEGER PRIMARY KEY,
  device INTEGER NOT NULL,
  time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  complaint TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
${ADDED_IN_2}
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT_VERSION};
`
