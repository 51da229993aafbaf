/** How what waits for the centre fares. */
export interface UplinkInfo {
  readonly url: string
  readonly mode: 'two-way' | 'one-way'
  readonly link: 'down' | 'connecting' | 'up'
  /** Why the last connection ended; empty: it has not. */
  readonly why: string
  /** Why nothing leaves; empty: the policy decides. */
  readonly held: string
  readonly streams: readonly UplinkStreamInfo[]
  readonly pending: number
  /** Until all that waits is there; null: there is no connection. */
  readonly etaSeconds: number | null
  /** Since the last acknowledgement. */
  readonly silentSeconds: number
  readonly isStuck: boolean
  readonly sent: UplinkSentInfo
}

export interface UplinkStreamInfo {
  readonly stream: string
  readonly epoch: number
  readonly last: number
  readonly acknowledged: number
  readonly pending: number
  /** Of those, what was there before the connection: it goes beside what is new, no faster than it may. */
  readonly backfill: number
  /** Micros since 1970; 0: nothing waits. */
  readonly oldest: number
  readonly lost: number
}

/** Since the edge was started. */
export interface UplinkSentInfo {
  readonly live: number
  readonly backfill: number
  /** Envelopes that were not acknowledged in time. */
  readonly resent: number
  /** Records that the policy kept here, counted each time it was asked. */
  readonly withheld: number
  readonly oversized: number
  /** Connections that were given up because nothing was acknowledged. */
  readonly stuck: number
}
