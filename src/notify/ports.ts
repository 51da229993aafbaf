/** What telling people needs to know of alarms and of those who are to be told. */

export const priorities = ['low', 'medium', 'high', 'critical'] as const
export type Priority = (typeof priorities)[number]

/** An alarm as whoever listens is told of it; more may be in it, which goes along. */
export interface AlarmFacts {
  readonly id: number
  readonly name: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly state: string
  readonly priority: Priority
  readonly since: string | null
  readonly raised: string | null
  readonly returned: string | null
  readonly value: number | null
  readonly fields: Readonly<Record<string, number | string | null>>
  readonly occurrences: number
  readonly members: {
    readonly count: number
    readonly active: number
    readonly first?: readonly string[]
  } | null
  readonly acknowledged: { readonly who: string } | null
}

/** Minutes of the day by the clock of the site; over midnight where the first is the later one. */
export interface QuietHours {
  readonly from: number
  readonly to: number
  /** Whoever is at least so urgent goes through. */
  readonly urgentFrom: Priority
}

/** Somebody who is to be told, as the state machine sees it: how, is the business of the rim. */
export interface Contact {
  readonly name: string
  readonly priorities: readonly Priority[]
  /** An alarm that nobody has acknowledged for so long; 0: at once. */
  readonly afterMs: number
  readonly quiet: QuietHours | undefined
  /** So long after the first of a burst the others have come, too. */
  readonly gatherMs: number
  /** What goes on is told again so often; 0: once. */
  readonly repeatMs: number
}

/** What of an alarm is told: that it is there, that it is there still, that it is over. */
export type NoticeKind = 'raised' | 'repeated' | 'over'

export interface Notice {
  readonly kind: NoticeKind
  readonly alarm: AlarmFacts
}

/** What a contact has been told of one alarm, as it is kept over restarts. */
export interface Told {
  readonly alarm: AlarmFacts
  /** Its end, too. */
  readonly isOver: boolean
  /** Somebody had acknowledged it since. What is then to be acknowledged again is told again. */
  readonly wasSeen: boolean
  readonly atMs: number
}
