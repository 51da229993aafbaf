import type { Act } from '../core/access.ts'
import { limits } from '../core/limits.ts'
import { TokenBucket } from '../core/token-bucket.ts'
import type { UserTables } from './user-tables.ts'

/** What people did, and what was tried in their names, as far as that does not push out the rest. */
export class Audit {
  readonly #tables: Pick<UserTables, 'record'>
  readonly #now: () => number
  readonly #told: TokenBucket
  #untold = 0
  unrecorded = 0

  constructor(tables: Pick<UserTables, 'record'>, now: () => number) {
    this.#tables = tables
    this.#now = now
    this.#told = new TokenBucket(
      {
        perSecond: limits.userFailuresToldPerSecond,
        burstSeconds: limits.userFailuresToldSeconds,
      },
      now(),
    )
  }

  /** Never rejects: what was done is done, whether the disk takes the record or not. */
  async add(act: Omit<Act, 'timeMs'>): Promise<void> {
    const short = (text: string): string => text.slice(0, limits.userAuditCharacters)
    const { about, detail, ...rest } = act
    const fit = { ...rest, about: short(about), detail: short(detail), timeMs: this.#now() }
    await this.#tables.record(fit).catch(() => {
      this.unrecorded++
    })
  }

  /** What strangers can cause: of a flood some are told, and how many others there were. */
  async tell(act: Omit<Act, 'timeMs'>): Promise<void> {
    if (!this.#told.take(this.#now())) {
      this.#untold++
      return
    }
    const more = this.#untold === 0 ? '' : `and ${this.#untold} more before it`
    this.#untold = 0
    await this.add({ ...act, detail: [act.detail, more].filter((text) => text !== '').join('; ') })
  }
}
