import type { TrialResult } from '../../src/kernel/trial.ts'

/** As the site file says them. */
export interface ReferenceSettings {
  readonly lossPercent: number
  readonly hysteresisPercent: number
  readonly momentarySeconds: number
  readonly correlationSeconds: number
  readonly membersMin: number
  readonly feederPercent: number
  readonly threePhase: 'any' | 'all'
}

export const referenceDefaults: ReferenceSettings = {
  lossPercent: 10,
  hysteresisPercent: 2,
  momentarySeconds: 300,
  correlationSeconds: 5,
  membersMin: 2,
  feederPercent: 90,
  threePhase: 'any',
}

export interface ReferenceSubject {
  readonly kind: 'site' | 'feeder' | 'device'
  readonly id: string
  readonly entry?: {
    readonly kind?: string
    readonly feeder?: string
    readonly customers?: number
    readonly phase?: string
    readonly nominal?: { readonly voltageV: number }
  }
}

export interface Loss {
  readonly device: Device
  start: number
  end: number | undefined
  isInferred: boolean
  readonly deadline: number
  phases: Set<string>
}

export interface Event {
  readonly start: number
  last: number
  losses: Loss[]
  rest: { readonly customers: number; end: number | undefined } | undefined
  isFeeder: boolean
  isByBreaker: boolean
  isSustained: boolean
  isChanged: boolean
  phases: Set<string>
  closesAt: number
  end: number
}

export interface Feeder {
  readonly id: string
  readonly customers: number
  readonly isReal: boolean
  readonly devices: Device[]
  waiting: Loss[]
  event: Event | undefined
  breakersOpen: number
  openedAt: number
}

export interface Device {
  readonly id: string
  readonly feeder: Feeder
  readonly customers: number
  readonly isHead: boolean
  readonly phase: string | undefined
  readonly nominalV: number
  readonly channels: Map<string, { newest: number; energised: boolean; lost: boolean }>
  newest: number
  gaspAt: number | undefined
  gaspSeen: number
  readonly known: Set<string>
  /** Lost, and not back yet. */
  isDark: boolean
  alone: (Loss & { isSustained: boolean }) | undefined
}

export interface Day {
  interrupted: number
  minutes: number
  momentary: number
  revision: number
  isChanged: boolean
}

export const SECOND = 1_000_000
export const DAY = 86_400 * SECOND

export type Fields = TrialResult['fields']
