import type { Acknowledgement } from './acknowledgement.ts'
import type { Ranges } from './ranges.ts'

/** What is new goes first; what waited for a connection goes beside it, no faster than it may. */
export type Lane = 'live' | 'backfill'

/** A stream as it stands in the outbox. */
export interface Outgoing {
  readonly stream: string
  readonly epoch: number
  /** The last number that is durable. */
  readonly last: number
  readonly acknowledged: Ranges
}

/** Numbers to be read, packed and sent: from the first, as many as fit into one envelope and no more than `most` records, none behind the last. */
export interface Load {
  readonly stream: string
  readonly lane: Lane
  readonly first: number
  readonly last: number
  readonly most: number
}

/** What was sent in answer to a `Load`: everything up to `last` stands in it. */
export interface Sent extends Omit<Load, 'most'> {
  readonly records: number
}

export type Action =
  | ({ readonly kind: 'load' } & Load)
  /** To tell the centre what there is to have; it answers with what it has. */
  | { readonly kind: 'manifest'; readonly stream: string }
  /** To be kept with the outbox. */
  | { readonly kind: 'keep'; readonly stream: string; readonly ranges: Ranges }
  /** The centre has numbers that were never given here: the data folder was set back, and numbering begins anew. */
  | { readonly kind: 'renew'; readonly stream: string }
  /** The acknowledged watermark stands still: the connection is of no use. */
  | { readonly kind: 'give-up' }

export interface SenderCounters {
  /** Records of envelopes that were sent, with those that went again. */
  records: number
  envelopes: number
  resent: number
  /** Connections that were given up because nothing was acknowledged. */
  stuck: number
}

/** Decides what is sent when; knows no socket, disk or clock. Times are ms that only rise. */
export interface Sender {
  readonly counters: SenderCounters
  /** Since then something waits for an answer that says something new; undefined: nothing does. */
  readonly waitingMs: number | undefined
  /** Of the stream that fares worst: when it last was known that what it has gets through. Infinity: there is nothing by which to tell. */
  readonly provedMs: number
  /** Nothing that is new is on its way: what comes now need not wait for an answer. */
  readonly isIdle: boolean
  /** Streams as they are in the outbox; one that is new begins, one that has got another epoch begins anew. */
  update(streams: readonly Outgoing[]): void
  connected(nowMs: number): void
  disconnected(): void
  acknowledged(acknowledgement: Acknowledgement, nowMs: number): void
  sent(sent: Sent, nowMs: number): void
  /** A load that came to nothing: it is asked for again, later. */
  failed(load: Load, nowMs: number): void
  due(nowMs: number): readonly Action[]
  /** Until something of the backlog may be sent. */
  backfillWaitMs(nowMs: number): number
}
