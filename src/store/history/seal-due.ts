import { limits } from '../../core/limits.ts'

/** So many readings that a point has enough of them for a fair span, in a journal that does not become too long. */
export function sealDueReadings(points: number): number {
  const wanted = points * limits.sealReadingsPerPoint
  return Math.min(limits.sealReadingsMost, Math.max(limits.sealReadings, wanted))
}
