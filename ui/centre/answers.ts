/** What the centre answers, as JSON has it: docs/centre.md and docs/fleet.md. */
export interface Stream {
  readonly stream: string
  readonly epoch: number
  readonly watermark: number
  readonly last: number
  readonly missing: number
  readonly gaps: readonly (readonly [number, number])[]
  readonly records: number
  readonly duplicates: number
  readonly withheld: number
  readonly pending: number
  readonly lost: number
  readonly oldest: string | null
}

export interface SiteSet {
  readonly state: string
  readonly digest: string
  readonly revision: number
  readonly reason: string
  readonly drift: readonly string[]
}

/** In short, of which the policy of a site may keep any part. */
export interface Report {
  readonly heardAt: string
  readonly version: string | null
  readonly siteFile: string | null
  readonly policy: string | null
  readonly set: SiteSet | null
  readonly problemsTotal: number | null
  readonly alarms: Readonly<Record<string, number>> | null
  readonly acknowledgementP99Seconds: number | null
  readonly storage: {
    readonly usedBytes: number
    readonly freeBytes: number
    readonly budgetBytes: number
  } | null
  readonly certificateEnds: string | null
}

/** What only the page of one site has. */
export interface WholeReport extends Partial<Report> {
  readonly heardAt: string
  readonly problems?: readonly string[]
  readonly processors?: readonly {
    readonly name: string
    readonly version: string
    readonly digest: string
    readonly state: string
    readonly fault: string
  }[]
  readonly readings?: number
  readonly startedAt?: string
}

export interface Site<Reported = Report> {
  readonly site: string
  readonly firstHeard: string
  readonly lastHeard: string
  readonly silentSeconds: number
  readonly isSilent: boolean
  readonly isClockWrong: boolean
  readonly missing: number
  readonly pending: number
  readonly lost: number
  readonly report: Reported | null
  readonly inventory: {
    readonly devices: number
    readonly silent: number
    readonly quarantined: number
    readonly withheld: number
  } | null
  readonly streams: readonly Stream[]
}

/** An event, or an aggregate. */
export interface CentreRecord {
  readonly site: string
  readonly stream: string
  readonly processor: string
  readonly name: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly key: number
  readonly time: string
  readonly end: string | null
  readonly fields: Readonly<Record<string, unknown>>
}

export interface Device {
  readonly site: string
  readonly id: string
  readonly kind: string
  readonly feeder: string | null
  readonly transformer: string | null
  readonly voltageLevel: string | null
  readonly state: 'known' | 'silent' | 'quarantined'
  readonly lastHeard: string | null
}

export interface Indices {
  readonly saidiMinutes: number | null
  readonly saifi: number | null
  readonly caidiMinutes: number | null
  readonly asai: number | null
  readonly maifi: number | null
  readonly customersServed: number
  readonly customersInterrupted: number
  readonly customerMinutes: number
  readonly days: number
}

export interface BothIndices {
  readonly all: Indices
  readonly withoutMajorDays: Indices
}

export interface Reliability {
  readonly from: string
  readonly to: string
  readonly system: BothIndices
  readonly majorEventDays: {
    readonly threshold: {
      readonly minutes: number | null
      readonly days: number
      readonly daysWithOutages: number
    }
    readonly days: readonly {
      readonly day: string
      readonly saidiMinutes: number
      readonly customersInterrupted: number
      readonly customerMinutes: number
    }[]
  }
  readonly sites: readonly (BothIndices & { readonly site: string })[]
}

export interface FleetSet {
  readonly digest: string
  readonly revision: number
  readonly title: string
  readonly signer: string
  readonly uploadedAt: string
  readonly uploadedBy: string
}

export interface Rollout {
  readonly id: number
  readonly createdAt: string
  readonly createdBy: string
  readonly digest: string
  readonly revision: number
  /** How many sites there are in each, and how many of them are how far. */
  readonly waves: readonly Readonly<Record<'sites' | 'asked' | 'good' | 'failed', number>>[]
  readonly soakSeconds: number
  readonly failedPercent: number
  readonly phase: 'running' | 'paused' | 'stopped' | 'aborted' | 'done'
  readonly why: string
  /** Place of the last wave that was asked; -1: none was. */
  readonly wave: number
  /** Some of them, where there are many. */
  readonly failures: readonly { readonly site: string; readonly why: string }[]
}

export interface Certificate {
  readonly serial: string
  readonly site: string
  readonly issuedAt: string
  readonly endsAt: string
  readonly revokedAt: string | null
  readonly reason: string
}
