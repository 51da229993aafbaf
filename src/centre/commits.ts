import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { type Envelope, decodeEnvelope } from '../uplink/envelope.ts'
import type { Inbox, SiteAcknowledgement } from './inbox.ts'
import type { Arrival, ArrivalQueue, CommitBounds } from './arrival-queue.ts'

export interface CommitsParts {
  readonly inbox: Pick<Inbox, 'commit'>
  readonly queue: ArrivalQueue
  readonly acknowledge: (acknowledgements: readonly SiteAcknowledgement[]) => void
  /** Of a payload that is no envelope, or not one of the topic that it came by. */
  readonly refuse: (why: string) => void
  readonly failed: (why: string) => void
  /** What was wrong is over, and there is room again. */
  readonly stored: () => void
}

/** One commit after the other: whatever has come meanwhile goes into the next, so the more there is, the less each costs. */
export class Commits {
  readonly #parts: CommitsParts
  #running: Promise<void> | undefined
  #isStopping = false
  #retries = 0
  #backfillBytes: number = limits.centreBackfillBytes

  constructor(parts: CommitsParts) {
    this.#parts = parts
  }

  /** Something has come. */
  wake(): void {
    if (this.#isStopping) return
    this.#running ??= this.#storeAll().finally(() => (this.#running = undefined))
  }

  /** What is being stored is stored; what waits comes again, or goes to another worker. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#running
  }

  async #storeAll(): Promise<void> {
    const { queue, stored } = this.#parts
    // What came with the same packets from the network is one commit.
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.count > 0 && !this.#isStopping) {
      const some = queue.next({ ...BOUNDS, backfillBytes: this.#backfillBytes })
      const beginMs = performance.now()
      const envelopes = some.flatMap((arrival) => this.#open(arrival))
      while (!(await this.#store(envelopes))) if (this.#isStopping) return
      this.#adapt(some, performance.now() - beginMs)
      queue.done(some)
      stored()
    }
  }

  /** A database that is slow gets less of a backlog at a time. */
  #adapt(stored: readonly Arrival[], tookMs: number): void {
    if (stored[0]?.isBackfill !== true) return
    const bytes = stored.reduce((sum, arrival) => sum + arrival.bytes.length, 0)
    const wanted = (bytes * limits.centreBackfillMs) / Math.max(tookMs, 1)
    this.#backfillBytes = Math.min(limits.centreBackfillBytes, Math.max(LEAST_BYTES, wanted))
  }

  #open({ site, stream, bytes }: Arrival): readonly Envelope[] {
    try {
      const envelope = decodeEnvelope(bytes)
      if (envelope.site === site && envelope.stream === stream) return [envelope]
      throw new GridError('input', `an envelope of ${envelope.site}, ${envelope.stream}`)
    } catch (thrown) {
      this.#parts.refuse(`${site}, ${stream}: ${errorText(thrown)}`)
      return []
    }
  }

  /** False: to be tried again. */
  async #store(envelopes: readonly Envelope[]): Promise<boolean> {
    if (envelopes.length === 0) return true
    const { inbox, acknowledge, failed } = this.#parts
    try {
      acknowledge(await inbox.commit(envelopes, Date.now() * 1000))
    } catch (thrown) {
      failed(errorText(thrown))
      const waitMs = Math.min(limits.centreRetryMsMax, limits.centreRetryMs * 2 ** this.#retries++)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      return false
    }
    this.#retries = 0
    return true
  }
}

const BOUNDS: Omit<CommitBounds, 'backfillBytes'> = {
  envelopes: limits.centreCommitEnvelopes,
  bytes: limits.centreCommitBytes,
}
/** A commit has its costs, however little is in it. */
const LEAST_BYTES = 8 * 1024
