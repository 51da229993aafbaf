import { setTimeout as pause } from 'node:timers/promises'
import type { Program } from '../uplink/program.ts'

/** Kills an edge so long after it was asked to run another set, and starts it again. */
export async function killAfter(edge: Program | undefined, afterMs: number): Promise<void> {
  await pause(afterMs)
  await edge?.kill()
  await edge?.start()
}
