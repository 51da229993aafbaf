import type { Alarm } from '../edge/answers.ts'
import type { SiteInfo } from '../edge/site-info.ts'

/** Somebody has to look at it: it can be acknowledged. */
export function isOpen(state: string): boolean {
  return state === 'unacknowledged' || state === 'returned'
}

/** How many alarms are open about each part of the diagram: those of a device count where it hangs. */
export function alarmsBySubject(
  { devices }: Pick<SiteInfo, 'devices'>,
  alarms: readonly Alarm[],
): ReadonlyMap<string, number> {
  const hangsAt = new Map(
    devices.map(({ id, feeder, transformer, voltageLevel }) => [
      id,
      feeder ?? transformer ?? voltageLevel ?? id,
    ]),
  )
  const counts = new Map<string, number>()
  for (const { subject } of alarms) {
    const place = subject.kind === 'device' ? (hangsAt.get(subject.id) ?? subject.id) : subject.id
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  return counts
}
