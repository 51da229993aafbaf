/**
 * Which samples a run takes, and when. Device `index` takes sample `k` at the planned instant, whenever it is sent;
 * the devices follow one another evenly, so that a second holds as many messages as every other.
 */
export interface Plan {
  readonly startMs: number
  /** Between two samples of one device. Not below 1: two samples never share a millisecond. */
  readonly intervalMs: number
  readonly deviceCount: number
}

export function newPlan(run: {
  readonly startMs: number
  readonly messagesPerSecond: number
  readonly deviceCount: number
}): Plan {
  const { startMs, messagesPerSecond, deviceCount } = run
  return { startMs, deviceCount, intervalMs: (deviceCount * 1000) / messagesPerSecond }
}

export function sampleTimeMs(plan: Plan, index: number, k: number): number {
  return Math.round(plan.startMs + (k + index / plan.deviceCount) * plan.intervalMs)
}

/** The sample that the plan has at exactly this time, or -1. */
export function sampleAt(plan: Plan, index: number, timeMs: number): number {
  const k = Math.round((timeMs - plan.startMs) / plan.intervalMs - index / plan.deviceCount)
  for (const near of [k, k - 1, k + 1]) {
    if (near >= 0 && sampleTimeMs(plan, index, near) === timeMs) return near
  }
  return -1
}
