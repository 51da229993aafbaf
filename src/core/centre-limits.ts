/** Of what a centre keeps and answers; part of `limits`. */
export const centreLimits = {
  /** Between two rounds of what makes room, and of months that are made ahead. */
  centreSweepMs: 3_600_000,
  /** So long a month that is to make room waits for those who read it, with all commits behind; then it waits for the next round. */
  centreDropWaitMs: 2000,
  /** Records of a table whose times are in no month that is kept: a site's wrong clock fills no disk, half a gigabyte at most. */
  centreUnplacedRows: 1_000_000,
  /** Days of which it is known how long customers were without supply: five full years before the year that is looked at, and that year. */
  outageDaysKept: 6 * 366,
  /** What somebody looks for: an id, or a part of one. */
  searchCharacters: 256,
  /** Rows of a page where it is not said how many. */
  centrePageRows: 100,
  /** Sites of a page where it is not said how many: all that one centre is built for. */
  centreSitesRows: 1000,
} as const
