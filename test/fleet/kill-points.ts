import { setTimeout as pause } from 'node:timers/promises'
import type { FleetUnderTest } from './fleet-under-test.ts'

/** Kills the edge of a site so long after it was asked to run another set, and starts it again. */
export async function killDuring(
  fleet: FleetUnderTest,
  site: string,
  afterMs: number,
): Promise<void> {
  await pause(afterMs)
  const edge = fleet.edges.get(site)
  await edge?.kill()
  await edge?.start()
}
