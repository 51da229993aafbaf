export interface StreamStatus {
  readonly stream: string
  readonly epoch: number
  /** The last number that was given. */
  readonly last: number
  /** The centre has everything up to this number. */
  readonly acknowledged: number
  /** Records that it has not, and of the oldest of them the time; 0: there is none. */
  readonly pending: number
  /** Of those, what was there before the connection. */
  readonly backfill: number
  readonly oldest: number
  /** Records that made room before it had them. */
  readonly lost: number
}

export interface UplinkStatus {
  readonly url: string
  readonly mode: 'two-way' | 'one-way'
  readonly link: 'down' | 'connecting' | 'up'
  /** Why the last connection ended; empty: it has not. */
  readonly why: string
  /** Why nothing leaves; empty: the policy decides. */
  readonly held: string
  readonly streams: readonly StreamStatus[]
  readonly pending: number
  /** Until all that waits is there; null: there is no connection. */
  readonly etaSeconds: number | null
  /** Since the last acknowledgement. */
  readonly silentSeconds: number
  /** The acknowledged watermark stands still, or nothing leaves. */
  readonly isStuck: boolean
  readonly sent: SentStatus
}

/** Since the edge was started. Records, but for `resent`, which are envelopes, and `stuck`, which are connections. */
export interface SentStatus {
  readonly live: number
  readonly backfill: number
  readonly resent: number
  readonly withheld: number
  readonly oversized: number
  readonly stuck: number
}

/** What is wrong when nothing has got through for long; empty: it does. */
export function stuckProblem(status: UplinkStatus | undefined): string {
  if (status?.isStuck !== true) return ''
  const { held, why, silentSeconds } = status
  return `Nothing gets through to the centre (${held || why || 'it acknowledges nothing'}, for ${silentSeconds} s). What waits is kept and sent when it does; it is tried again all the time.`
}

/** That of the link, or of the centre behind it, which nothing on this machine can help; empty: there is none. */
export function linkProblem(status: UplinkStatus): string {
  return status.held === '' ? stuckProblem(status) : ''
}
