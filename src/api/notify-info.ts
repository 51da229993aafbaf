import type { Micros } from '../core/time.ts'

/** Who is told of alarms without a centre, and how that fares. */
export interface NotifyInfo {
  readonly language: string
  readonly timeZone: string
  readonly contacts: readonly ContactInfo[]
}

export interface ContactInfo {
  readonly name: string
  readonly kind: 'email' | 'webhook' | 'alertmanager'
  readonly host: string
  readonly priorities: readonly string[]
  /** Told of what nobody has acknowledged for so long. */
  readonly afterMinutes: number
  readonly isQuiet: boolean
  /** Alarms, and ends of alarms, that are to be told now. */
  readonly waiting: number
  readonly isFailing: boolean
  readonly why: string
  readonly failingSince: Micros | undefined
  readonly nextTry: Micros | undefined
  /** The last message that was taken, since the start. */
  readonly delivered: Micros | undefined
  /** Why something of the last message stayed here. */
  readonly withheldWhy: string
  readonly messages: number
  readonly notices: number
  readonly failures: number
  readonly withheld: number
}

export type NotifyTest =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly why: string }
