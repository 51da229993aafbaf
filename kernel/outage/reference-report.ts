import type { TrialResult } from '../../src/kernel/trial.ts'
import {
  DAY,
  type Event,
  type Feeder,
  type Loss,
  type ReferenceSettings,
  SECOND,
} from './reference-model.ts'

const PHASE_WORDS = new Map([
  ['a', 'a'],
  ['b', 'b'],
  ['c', 'c'],
  ['a,b', 'ab'],
  ['b,c', 'bc'],
  ['a,c', 'ca'],
])

type State = 'start' | 'update' | 'end'

/** A step of restoration: so many customers, from when to when. */
interface Step {
  readonly customers: number
  readonly start: number
  readonly end: number | undefined
}

export function aloneRecord(
  loss: Loss & { readonly isSustained: boolean },
  state: State,
  settings: ReferenceSettings,
): TrialResult {
  const { device, start, end } = loss
  const { customers } = device
  return {
    ...eventRecord(device.id, start, end, state),
    value: customers,
    severity: customers > 0 ? 2 : 1,
    fields: {
      scope: 'device',
      phase: phaseWord(loss.phases),
      class: loss.isSustained ? 'sustained' : 'momentary',
      members: 1,
      ...figures([{ customers, start, end }], settings),
      ...(end === undefined ? {} : { duration: (end - start) / SECOND }),
    },
  }
}

export function feederRecord(
  { feeder, event }: { readonly feeder: Feeder; readonly event: Event },
  state: State,
  settings: ReferenceSettings,
): TrialResult {
  const steps: Step[] = event.losses.map(({ device, start, end }) => {
    return { customers: device.customers, start, end }
  })
  if (event.rest !== undefined) steps.push({ start: event.start, ...event.rest })
  const end = state === 'end' ? event.end : undefined
  const sums = figures(steps, settings)
  return {
    ...eventRecord(feeder.id, event.start, end, state),
    value: sums.customers,
    severity: event.isFeeder ? 4 : 3,
    fields: {
      scope: scopeOf(feeder, event, settings),
      phase: phaseWord(event.phases),
      class: event.isSustained ? 'sustained' : 'momentary',
      members: event.losses.length,
      silent: event.losses.filter((loss) => loss.isInferred && loss.end === undefined).length,
      ...sums,
      ...(end === undefined ? {} : { duration: (end - event.start) / SECOND }),
    },
  }
}

function figures(steps: readonly Step[], { momentarySeconds }: ReferenceSettings) {
  const sum = (some: readonly Step[]): number => some.reduce((all, one) => all + one.customers, 0)
  const over = steps.filter((step) => step.end !== undefined)
  const length = (step: Step): number => (step.end ?? step.start) - step.start
  const isLong = (step: Step): boolean => length(step) > momentarySeconds * SECOND
  const sustained = over.filter(isLong)
  return {
    customers: sum(steps),
    out: sum(steps.filter((step) => step.end === undefined)),
    sustained: sum(sustained),
    momentary: sum(over.filter((step) => !isLong(step))),
    'customer-minutes': sustained.reduce((all, one) => all + one.customers * length(one), 0) / 60e6,
  }
}

function scopeOf(feeder: Feeder, event: Event, { membersMin, feederPercent }: ReferenceSettings) {
  if (event.isFeeder) return 'feeder'
  const [phase] = event.phases
  if (event.phases.size !== 1 || phase === undefined) return 'part'
  const inService = feeder.devices.filter((one) => !one.isHead && one.known.has(phase)).length
  const members = event.losses.length
  const isPhase = members >= membersMin && members * 100 >= feederPercent * inService
  return isPhase ? 'phase' : 'part'
}

function phaseWord(phases: ReadonlySet<string>): string {
  return PHASE_WORDS.get([...phases].toSorted().join(',')) ?? 'abc'
}

function eventRecord(subject: string, start: number, end: number | undefined, state: State) {
  return {
    kind: 'event' as const,
    name: 'outage',
    subject,
    key: 0,
    time: start,
    end: end ?? 0,
    quality: 0,
    revision: 0,
    state,
  }
}

interface Day {
  interrupted: number
  minutes: number
  momentary: number
  revision: number
  isChanged: boolean
}

/** The days of the site or of a feeder. */
export class ReferenceDays {
  readonly #subject: string
  readonly #days = new Map<number, Day>()
  served = 0

  constructor(subject: string) {
    this.#subject = subject
  }

  close(number: number): void {
    this.#day(number).isChanged = true
  }

  count(step: Required<Step> & { readonly isSustained: boolean }): void {
    const { customers, start, end = start, isSustained } = step
    const day = this.#day(Math.floor(start / DAY))
    day.isChanged = true
    if (isSustained) {
      day.interrupted += customers
      day.minutes += (customers * (end - start)) / 60e6
    } else day.momentary += customers
  }

  report(late: number): TrialResult[] {
    const changed = [...this.#days].filter(([, day]) => day.isChanged)
    return changed
      .toSorted(([one], [other]) => one - other)
      .flatMap(([number, day]) => {
        day.isChanged = false
        const revision = day.revision++
        const put = (name: string, value: number, fields = {}): TrialResult => {
          const all = { members: this.served, ...fields }
          const [time, end] = [number * DAY, (number + 1) * DAY]
          const base = eventRecord(this.#subject, time, end, 'end')
          return {
            ...base,
            kind: 'aggregate',
            name: `outage.${name}`,
            value,
            severity: 0,
            revision,
            state: undefined,
            fields: all,
          }
        }
        return [
          put('customers-interrupted', day.interrupted, { late, uncounted: 0 }),
          put('customer-minutes', day.minutes),
          put('momentary-interruptions', day.momentary),
        ]
      })
  }

  #day(number: number): Day {
    const known = this.#days.get(number)
    if (known !== undefined) return known
    const day = { interrupted: 0, minutes: 0, momentary: 0, revision: 0, isChanged: true }
    this.#days.set(number, day)
    return day
  }
}
