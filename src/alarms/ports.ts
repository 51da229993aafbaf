/** What alarms need from the substation around them. */

export type PlaceKind = 'site' | 'voltageLevel' | 'transformer' | 'feeder' | 'device'

export interface Place {
  readonly kind: PlaceKind
  readonly id: string
}

/** What an event is about; where it hangs only as far as whoever found it knows. */
export interface Subject extends Place {
  readonly feeder?: string
  readonly transformer?: string
}

export type Fields = Readonly<Record<string, number | string>>

/** What a processor has found. Times are microseconds since 1970; `time` tells the episodes of one name, subject and key apart. */
export interface AlarmEvent {
  readonly name: string
  readonly subject: Subject
  readonly key: number
  readonly time: number
  /** 0: it goes on. */
  readonly end: number
  readonly value: number
  /** 0 information, 1 warning, 2 minor, 3 major, 4 critical. */
  readonly severity: number
  /** Undefined: it is over as soon as it is there. */
  readonly state: 'start' | 'update' | 'end' | undefined
  readonly fields: Fields
}

/** The network, as far as alarms gather in it. */
export interface Grid {
  readonly site: Place
  /** What supplies a subject, the nearest first: feeder, transformer, voltage level. Without the subject itself. */
  above(subject: Subject): readonly Place[]
}

export const priorities = ['low', 'medium', 'high', 'critical'] as const
export type Priority = (typeof priorities)[number]

export interface AlarmRule {
  /** A name, or how it begins (`voltage.*`). */
  readonly event: string
  /** An id of a device or of a part of the network, likewise; undefined: of any. */
  readonly subject?: string | undefined
  readonly priority?: Priority | undefined
  readonly onDelayMs?: number | undefined
  readonly offDelayMs?: number | undefined
  /** Names of events, likewise, that become members of this one where it is about what supplies them. */
  readonly absorbs?: readonly string[] | undefined
  /** Why it is out of service. */
  readonly outOfService?: string | undefined
}

export interface AlarmSettings {
  /** Events of less are no alarms. */
  readonly severityFrom: number
  readonly flood: { readonly members: number; readonly windowMs: number }
  readonly chatter: { readonly rises: number; readonly windowMs: number }
  readonly shelveMsMax: number
  /** Of those that match, the first that says something of a key decides it. */
  readonly rules: readonly AlarmRule[]
}

export const transitionKinds = [
  'raised',
  'returned',
  'normal',
  'acknowledged',
  'escalated',
  'reflashed',
  'shelved',
  'unshelved',
  'suppressed',
  'released',
] as const
export type TransitionKind = (typeof transitionKinds)[number]

/** A step of one alarm: who did what, when. */
export interface Transition {
  readonly time: number
  readonly alarm: number
  readonly name: string
  readonly subject: string
  readonly what: TransitionKind
  /** Empty: nobody, it came about. */
  readonly who: string
  readonly detail: string
}

/** An alarm as it is kept: the store looks no further into it. */
export interface AlarmRow {
  readonly id: number
  readonly body: string
}

/** What came of events and actions since the last time, for the disk. */
export interface Changes {
  readonly rows: readonly AlarmRow[]
  /** Forgotten to make room. */
  readonly gone: readonly number[]
  readonly transitions: readonly Transition[]
}

/** For those who listen. */
export interface AlarmMessage {
  readonly id: number
  /** JSON; empty: the alarm is not shown any more. */
  readonly text: string
}
