import type { AlarmRule, AlarmSettings, Place, Priority } from './ports.ts'

/** What the settings say of one alarm. */
export interface Terms {
  /** Undefined: as its severity has it. */
  readonly priority: Priority | undefined
  readonly onDelay: number
  readonly offDelay: number
  readonly absorbs: readonly string[]
  /** Empty: it is in service. */
  readonly outOfService: string
}

/**
 * Processors have hysteresis and hold times of their own, so an alarm is raised at once; that it has returned is believed after a
 * while, or else a value at its limit would be an alarm every second.
 */
const OFF_DELAY_MS = 10_000

/** A feeder without voltage explains what its meters say of their voltage, that they have no frequency, and that they fall silent. */
const EXPLAINED = [
  'outage*',
  'voltage.dip',
  'voltage.interruption',
  'frequency.unusable',
  'validation.gap',
]
const USUAL_RULES: readonly AlarmRule[] = [{ event: 'outage', absorbs: EXPLAINED }]

export function termsOf({ rules }: AlarmSettings, name: string, { id }: Place): Terms {
  const matching = [...rules, ...USUAL_RULES].filter(
    ({ event, subject = '*' }) => matches(event, name) && matches(subject, id),
  )
  const first = <Key extends keyof AlarmRule>(key: Key): AlarmRule[Key] | undefined =>
    matching.find((rule) => rule[key] !== undefined)?.[key]
  return {
    priority: first('priority'),
    onDelay: (first('onDelayMs') ?? 0) * 1000,
    offDelay: (first('offDelayMs') ?? OFF_DELAY_MS) * 1000,
    absorbs: first('absorbs') ?? [],
    outOfService: first('outOfService') ?? '',
  }
}

/** A name, or how it begins with `*` behind it. */
export function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}
