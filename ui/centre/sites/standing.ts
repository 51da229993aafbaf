import type { Site } from '../answers.ts'

/** How a site stands, the worst first. */
export const standings = ['silent', 'alarm', 'failing', 'behind', 'missing', 'well'] as const
export type Standing = (typeof standings)[number]

/** What stands in a cell, so that no colour has to be told from another. */
export const signs: Readonly<Record<Standing, string>> = {
  silent: '✕',
  alarm: '!',
  failing: '△',
  behind: '↑',
  missing: '?',
  well: '·',
}

const URGENT = ['critical', 'high']
/** Records wait so long where a link is too slow or was cut, and not in the course of things. */
const OLD_SECONDS = 120

/** Of all that may be wrong with it, the worst. */
export function standingOf(site: Site, nowMs: number): Standing {
  const { isSilent, isClockWrong, report, missing, pending, lost } = site
  if (isSilent) return 'silent'
  if (alarmsOf(site, URGENT) > 0) return 'alarm'
  const set = report?.set?.state ?? ''
  const isIll = (report?.problemsTotal ?? 0) > 0 || isClockWrong
  if (isIll || set === 'failed' || set === 'rolled-back') return 'failing'
  if (waitingSeconds(site, nowMs) > OLD_SECONDS) return 'behind'
  // What waits at the site is on its way.
  return missing > pending || lost > 0 ? 'missing' : 'well'
}

/** Open alarms of these priorities. */
export function alarmsOf({ report }: Site, priorities: readonly string[]): number {
  return priorities.reduce((sum, priority) => sum + (report?.alarms?.[priority] ?? 0), 0)
}

/** For how long the oldest record waits; 0: none does. */
export function waitingSeconds({ streams }: Site, nowMs: number): number {
  const times = streams.flatMap(({ oldest }) => (oldest === null ? [] : [Date.parse(oldest)]))
  return times.length === 0 ? 0 : Math.max(0, (nowMs - Math.min(...times)) / 1000)
}

export function silentSeconds({ lastHeard }: Site, nowMs: number): number {
  return Math.max(0, (nowMs - Date.parse(lastHeard)) / 1000)
}
