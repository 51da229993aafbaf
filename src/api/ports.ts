import type { Windows } from '../core/aggregates.ts'
import type { Columns } from '../core/batch.ts'
import type { Micros } from '../core/time.ts'
import type { ChangesView } from './changes/changes-view.ts'
import type { NotifyInfo, NotifyTest } from './notify-info.ts'
import type { UplinkInfo } from './uplink-info.ts'

export type { UplinkInfo, UplinkStreamInfo } from './uplink-info.ts'

/** What HTTP needs from the edge around it. */
export interface EdgeView {
  health(): HealthInfo
  /** What stands in the substation; nothing of it is secret. */
  site(): SiteInfo
  /** One line for each device that has sent anything, taken at one moment. */
  accounts(): readonly AccountInfo[]
  /** Of one client id, or of all. */
  sessions(client: string | undefined): Iterable<SessionInfo>
  /** Walked in slices between other work: points that appear meanwhile may be missing, none comes twice. */
  points(): Iterable<PointInfo>
  pointInfo(point: number): PointInfo | undefined
  /**
   * Chunks in order of time, pulled by the consumer: a slow client costs no memory. The first `next` throws a GridError
   * `in-use` where too many queries run. `return` ends the query at once, even while a `next` is waiting.
   */
  readings(query: ReadingsQuery): AsyncIterable<ReadingsChunk>
  /** As `readings`, as the text of the answer, made beside the thread that serves requests. */
  readingsText(query: ReadingsQuery, form: TextForm): AsyncIterable<TextPiece>
  /** The latest reading of each point, by point, in slices as `points` has them. */
  latest(query: LatestQuery): Iterable<ReadingsChunk>
  /** The newest first. */
  audit(query: AuditQuery): AuditInfo
  /** When the clock of the edge was set, the newest first. */
  clockSteps(): readonly ClockStepInfo[]
  readonly alarms: AlarmsView
  /** What processors found: events by the time they began, others series by series. */
  results(query: ResultsQuery): Iterable<ResultInfo>
  processors(): readonly ProcessorInfo[]
  /** Undefined: the site has none. */
  uplink(): UplinkInfo | undefined
  /** Payloads that were refused, the newest first. */
  faults(query: AuditQuery): Iterable<FaultInfo>
  readonly changes: ChangesView
  /** Undefined: the site names nobody who is told of alarms. */
  notify(): NotifyInfo | undefined
  /** Sends a message that says that it is a test. Never rejects. */
  notifyTest(name: string): Promise<NotifyTest>
  /** About what left, and why; what is to be sent as JSON. Rejects with a GridError where there is no such log. */
  policyReport(order: PolicyReport): Promise<unknown>
  /** Prometheus text exposition and its content type. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>
}

/** Of the site file. Undefined: the file does not say. */
export interface SiteInfo {
  readonly site: {
    readonly id: string
    readonly name: string
    readonly frequencyHz: number
    readonly limits: 'gbt' | 'en50160'
  }
  readonly voltageLevels: readonly { readonly id: string; readonly nominalV: number }[]
  readonly transformers: readonly TransformerOutline[]
  readonly feeders: readonly FeederOutline[]
  readonly devices: readonly DeviceOutline[]
}

export interface TransformerOutline {
  readonly id: string
  /** Voltage levels: of the supply, and supplied. */
  readonly from: string
  readonly to: string
  readonly ratedVa: number
  readonly cooling: string
  /** Where its devices measure currents. */
  readonly currentSide: 'from' | 'to'
}

export interface FeederOutline {
  readonly id: string
  readonly voltageLevel: string
  readonly transformer: string | undefined
  /** The device that measures what goes into it. */
  readonly head: string | undefined
}

export interface DeviceOutline {
  readonly id: string
  readonly kind: string
  readonly feeder: string | undefined
  readonly transformer: string | undefined
  readonly voltageLevel: string | undefined
  readonly phase: string | undefined
  readonly nominal:
    | { readonly voltageV?: number | undefined; readonly currentA?: number | undefined }
    | undefined
  /** It is not in the site file, and somebody said that it is one of the site. */
  readonly adopted?: { readonly who: string; readonly at: string } | undefined
}

/** A payload that was refused. */
export interface FaultInfo {
  readonly number: number
  readonly device: string
  readonly time: Micros
  readonly reason: string
  readonly complaint: string
  /** The first of them. */
  readonly bytes: Uint8Array
}

export type PolicyReport =
  | { readonly kind: 'decisions'; readonly limit: number }
  | { readonly kind: 'verify' }
  | { readonly kind: 'certificate'; readonly month: string }
  | { readonly kind: 'explain-row'; readonly row: number }
  | { readonly kind: 'explain-record'; readonly record: string }

/** From `since` the clock had run undisturbed; where it would have said `before` it was set to `after`. */
export interface ClockStepInfo {
  readonly number: number
  readonly since: Micros
  readonly before: Micros
  readonly after: Micros
  /** The last row of the journal before it was noticed. */
  readonly journal: number
}

export interface PointInfo {
  readonly point: number
  readonly device: string
  readonly quantity: string
  readonly unit: string
  /** False: the site file does not know the device, or the quantity table not the quantity. */
  readonly modelled: boolean
}

export interface LatestQuery {
  /** Undefined: every device. */
  readonly device: string | undefined
  readonly quantity: string | undefined
}

export interface ReadingsQuery extends LatestQuery {
  /** Inclusive. */
  readonly from: Micros
  /** Exclusive. */
  readonly to: Micros
  /** Readings of bad quality are left out. */
  readonly goodOnly?: boolean
  /** One value for each window that has readings, in their stead. */
  readonly windows?: Windows | undefined
}

/** Columns of equal length in order of time, then point; they belong to the consumer. */
export interface ReadingsChunk extends Columns {
  /** Of windows that are asked for with their extremes. */
  readonly extremes?: { readonly least: Float64Array; readonly greatest: Float64Array } | undefined
  /** Journal rows left out since the chunk before because the disk returned other bytes than were written. */
  readonly damagedRows: number
}

export interface TextForm {
  readonly format: 'json' | 'csv' | 'columns'
  /** Readings; Infinity for all. */
  readonly limit: number
}

/** Text in UTF-8, which belongs to the consumer. */
export interface TextPiece {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly damagedRows: number
}

/** One line of the ledger: received = stored + duplicates + refused (of every reason) + inFlight, to the unit. */
export interface AccountInfo {
  readonly device: string
  readonly received: number
  readonly stored: number
  /** Of the stored ones, those that are there no more: they made room, or were older than is kept. */
  readonly thinned: number
  /** Windows that stayed of thinned readings, and had to go themselves. */
  readonly thinnedWindows: number
  readonly duplicates: number
  readonly refused: Readonly<Record<string, number>>
  /** Taken from the device, not yet in a commit and not yet acknowledged. */
  readonly inFlight: number
}

export interface SessionInfo {
  readonly client: string
  /** The device or local client whose it is; null: nobody's in particular. */
  readonly owner: string | null
  readonly connected: boolean
  /** When it is forgotten; undefined: its client is connected. */
  readonly expires: Micros | undefined
  readonly subscriptions: number
  /** Messages that wait, and those that are on their way and not acknowledged. */
  readonly waiting: number
  readonly inFlight: number
  /** Messages that it was owed and not sent since the start: its queue was full, or they expired. */
  readonly dropped: number
}

export interface AuditQuery {
  /** Undefined: of every device. */
  readonly device: string | undefined
  readonly limit: number
}

export interface AuditInfo {
  readonly entries: Iterable<AuditRecord>
  /** Records that had to make room for later ones. */
  readonly dropped: number
}

/** A command that was asked for (`requested`), or what came of it. */
export interface AuditRecord {
  readonly time: Micros
  readonly request: string
  readonly who: string
  readonly address: string
  readonly device: string
  readonly command: string
  readonly outcome: string
  readonly detail: string
  readonly durationMs: number | undefined
}

/** Alarms; `object` is one of them as JSON has it, docs/alarms.md. */
export interface AlarmsView {
  /** How many are in each state. */
  readonly counts: Readonly<Record<AlarmState, number>>
  /** The most urgent first; made while it is read. */
  list(query: AlarmQuery): Iterable<object>
  info(id: number): object | undefined
  members(id: number): Iterable<object> | undefined
  /** The newest first, of one alarm or of all. */
  steps(query: { readonly alarm: number | undefined; readonly limit: number }): AlarmSteps
  /** What is done is on the disk, or this throws a GridError `disk`. */
  act(id: number, action: AlarmAction): AlarmOutcome
}

export const alarmStates = [
  'unacknowledged',
  'acknowledged',
  'returned',
  'shelved',
  'suppressed',
  'out-of-service',
  'normal',
] as const
export type AlarmState = (typeof alarmStates)[number]

export const alarmPriorities = ['low', 'medium', 'high', 'critical'] as const

/** Undefined: of any. */
export interface AlarmQuery {
  readonly states: readonly AlarmState[]
  readonly priority: (typeof alarmPriorities)[number] | undefined
  readonly name: string | undefined
  /** The id of a device, or of what supplies it. */
  readonly subject: string | undefined
}

export interface AlarmSteps {
  readonly steps: Iterable<AlarmStep>
  /** Steps that had to make room for later ones. */
  readonly dropped: number
}

export interface AlarmStep {
  readonly time: Micros
  readonly alarm: number
  readonly name: string
  readonly subject: string
  readonly what: string
  readonly who: string
  readonly detail: string
}

/** `who` is the user, or what is said on the machine itself where there are none. */
export type AlarmAction =
  | { readonly kind: 'acknowledge'; readonly who: string; readonly comment: string }
  | {
      readonly kind: 'shelve'
      readonly who: string
      readonly reason: string
      readonly forMs: number
    }
  | { readonly kind: 'unshelve'; readonly who: string }

export type AlarmOutcome =
  | { readonly kind: 'done'; readonly alarm: object }
  | { readonly kind: 'unknown' }
  /** A clause that says why not. */
  | { readonly kind: 'refused'; readonly why: string }

export interface HealthInfo {
  readonly healthy: boolean
  readonly site: string
  readonly uptimeSeconds: number
  /** One sentence for each thing that is wrong, with what to do. */
  readonly problems: readonly string[]
}

export type ResultKind = 'derived' | 'aggregate' | 'event'

export interface ResultsQuery {
  readonly kind: ResultKind
  /** Inclusive; of events those that go on at `from` are in. */
  readonly from: Micros
  /** Exclusive. */
  readonly to: Micros
  /** Undefined: all. */
  readonly subject: string | undefined
  readonly name: string | undefined
  readonly processor: string | undefined
  /** Of aggregates: microseconds from begin to end. */
  readonly widthUs: number | undefined
  readonly limit: number
  /** Of events by the time they began. */
  readonly order?: 'asc' | 'desc'
  /** Of events: this severe, or more. */
  readonly leastSeverity?: number
}

export interface ResultInfo {
  readonly kind: ResultKind
  readonly processor: string
  /** The quantity, or the kind of event. */
  readonly name: string
  readonly subject: { readonly kind: string; readonly id: string }
  /** Tells apart what the rest does not: a phase, a harmonic. */
  readonly key: number
  readonly time: number
  /** Exclusive; 0: the event goes on. */
  readonly end: number
  /** NaN: none. */
  readonly value: number
  readonly quality: number
  readonly revision: number
  /** 0 information, 1 warning, 2 minor, 3 major, 4 critical. */
  readonly severity: number
  readonly state: 'start' | 'update' | 'end' | undefined
  readonly fields: Readonly<Record<string, number | string>>
}

export interface ProcessorInfo {
  readonly name: string
  readonly version: string
  /** SHA-256 of module, manifest and settings; empty: it was never loaded. */
  readonly digest: string
  /** Why it does not run; empty: it does. */
  readonly fault: string
  /** Why a version that was given is not taken; empty: there is none. */
  readonly refused: string
  /** How a version that runs in its shadow compares with it. */
  readonly shadow:
    | {
        readonly version: string
        readonly rows: number
        readonly same: number
        readonly onlyOld: number
        readonly onlyNew: number
      }
    | undefined
  /** The last row of the journal that it has taken in. */
  readonly journal: number
  readonly readings: number
  readonly results: number
  readonly dropped: number
  readonly calls: number
  /** Spent in them. */
  readonly seconds: number
  readonly p50Seconds: number
  readonly p99Seconds: number
  readonly memoryBytes: number
}
