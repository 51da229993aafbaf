import type { Comparison } from '../../kernel/shadow.ts'
import type { Result } from '../../kernel/output-decoder.ts'
import type { SiteEntry } from '../../kernel/site-book.ts'
import type { SubjectKind } from '../../kernel/subjects.ts'
import type { StoredRanges } from '../../store/outbox/streams.ts'
import type { Trust } from './own-packages.ts'

/** What a thread of processors is started with. */
export interface ThreadSettings {
  readonly directory: string
  readonly site: { readonly entry: unknown; readonly subjects: readonly SiteEntry[] }
  readonly modules: ModuleSet
  /** Events and aggregates are sent to a centre. */
  readonly areSent: boolean
  /** Modules that were stopped from outside in the threads before: digest to reason. */
  readonly banned: ReadonlyMap<string, string>
  /** See `words`. */
  readonly words: Int32Array<SharedArrayBuffer>
}

/** Those that come with Busbar, or those that the utility has deployed here. */
export type ModuleSet =
  | { readonly of: 'built-in'; readonly settings: Settings; readonly off: readonly string[] }
  | { readonly of: 'own'; readonly settings: Settings; readonly trust: Trust }

/** By the name of the processor. */
export type Settings = Readonly<Record<string, unknown>>

/** Shared words: by them the main thread sees what a thread does without asking it. */
export const words = {
  /** 1: it has been told that the journal has grown, and has not looked yet. */
  told: 0,
  /** Place of the module that is being called, in those that the thread has named, from 1; below 0: in a call that is rare; 0: none is. */
  busy: 1,
  /** Calls since the start, modulo 2^32. */
  calls: 2,
  total: 3,
} as const

export type ThreadOrder =
  | { readonly kind: 'advance' }
  | { readonly kind: 'published'; readonly sequence: number }
  | ExportOrder
  | { readonly kind: 'end' }

/** What the centre has of a stream, or that the stream begins anew. */
export type ExportOrder =
  | { readonly kind: 'acknowledged'; readonly stream: string; readonly ranges: StoredRanges }
  | { readonly kind: 'renew'; readonly stream: string }

export interface Publication {
  readonly topic: string
  readonly payload: string
}

/** An event with what its subject is. */
export interface SiteEvent extends Omit<Result, 'subject' | 'kind'> {
  readonly processor: string
  readonly subject: { readonly kind: SubjectKind; readonly id: string }
}

export interface ProcessorStatus {
  readonly name: string
  readonly version: string
  /** SHA-256 of module, manifest and settings; empty: it was never loaded. */
  readonly digest: string
  /** Empty: it runs. */
  readonly fault: string
  /** Why a version that was given is not taken; empty: there is none. */
  readonly refused: string
  /** Of the version that runs in its shadow. */
  readonly shadow: Comparison | undefined
  readonly journal: number
  readonly readings: number
  readonly results: number
  readonly dropped: number
  readonly calls: number
  readonly seconds: number
  readonly p50Seconds: number
  readonly p99Seconds: number
  readonly memoryBytes: number
}

export interface ThreadStatus {
  readonly processors: readonly ProcessorStatus[]
  /** Rows of the journal up to this one are needed no more; Infinity: none is. */
  readonly safeJournal: number
  /** In rows of the journal that some processor has not come to. */
  readonly behindReadings: number
  readonly damagedRows: number
  readonly missedRows: number
  /** Results that made room, since the data folder was made. */
  readonly removedResults: number
}

export type ThreadMessage =
  /** Before any module is called. `task`: the number of the thread, as the kernel of Linux knows it; 0 elsewhere. */
  | { readonly kind: 'begun'; readonly task: number }
  /** Digests of the modules that may be called from now on, in the order of their places. */
  | { readonly kind: 'modules'; readonly digests: readonly string[] }
  | { readonly kind: 'ready'; readonly status: ThreadStatus }
  | {
      readonly kind: 'found'
      readonly publications: readonly Publication[]
      readonly events: readonly SiteEvent[]
      readonly sequence: number
    }
  | { readonly kind: 'status'; readonly status: ThreadStatus }
