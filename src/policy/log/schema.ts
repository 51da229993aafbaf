/**
 * The tables of `policy.db`, the decision log. A row of `rows` is one decision, or several equal ones of an interval; what was
 * decided stands once in `decided`. `hash` chains each row to the one before it (`log-row.ts`), `head` is the signed end of the chain
 * (`log-head.ts`), `beginning` what was before the oldest row that is kept (`beginning.ts`). docs/format/policy-log.md
 */
export const APPLICATION_ID = 0x42505043
export const FORMAT_VERSION = 1

export const SCHEMA = `
CREATE TABLE decided (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  revision TEXT NOT NULL,
  question TEXT NOT NULL,
  allow INTEGER NOT NULL,
  reason TEXT NOT NULL,
  redact TEXT NOT NULL
) STRICT;
CREATE TABLE rows (
  number INTEGER PRIMARY KEY,
  decided INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  records INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE head (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,
  time INTEGER NOT NULL,
  signature TEXT NOT NULL
) STRICT;
CREATE TABLE beginning (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  body TEXT NOT NULL,
  signature TEXT NOT NULL
) STRICT;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT_VERSION};
`
