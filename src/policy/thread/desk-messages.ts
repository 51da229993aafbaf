import type { Answer } from '../decision.ts'
import type { Asked } from '../desk.ts'
import type { SignedBundle } from '../bundle/bundle.ts'
import type { Entry, LogSettings } from '../log/decision-log.ts'

/** Which policy decides: the one that comes with the program, a site's own, or a server's. */
export type PolicyChoice =
  | { readonly kind: 'shipped'; readonly folder: string }
  | ({ readonly kind: 'site' } & SignedBundle)
  | { readonly kind: 'server'; readonly url: string }

/** Before why nobody can decide: it holds until somebody has. */
export const NOTHING_LEAVES = 'nothing may leave'
/** A policy that could not be loaded has been. */
export const IN_USE_AGAIN = 'the policy is in use again'

/** What the thread is started with. */
export interface DeskSettings {
  readonly policy: PolicyChoice
  readonly log: LogSettings
}

export interface DeskStart extends DeskSettings {
  /** After a rest. */
  readonly isResumed: boolean
}

export type DeskRequest =
  | { readonly kind: 'ask'; readonly id: number; readonly asked: readonly Asked[] }
  | { readonly kind: 'tally'; readonly id: number; readonly entries: readonly Entry[] }
  | { readonly kind: 'renew'; readonly id: number; readonly policy: PolicyChoice }
  /** Ends the thread; after a rest the log is taken up again as if nothing had been. */
  | { readonly kind: 'close' | 'rest' }

export type DeskReply =
  | { readonly kind: 'answers'; readonly id: number; readonly answers: readonly Answer[] }
  | { readonly kind: 'tallied'; readonly id: number; readonly fault: string }
  | { readonly kind: 'renewed'; readonly id: number; readonly fault: string }
  | { readonly kind: 'alarm'; readonly text: string }
  /** The last message: nothing can be logged, so nothing can be decided. */
  | { readonly kind: 'failed'; readonly text: string }
