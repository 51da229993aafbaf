import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'

/** What `look` finds at last; a minute is far too long. */
export async function until<Found>(
  look: () => Promise<Found | undefined>,
  why: string | (() => string),
): Promise<Found> {
  for (const endMs = Date.now() + 60_000; Date.now() < endMs; await pause(200)) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
  }
  assert.fail(typeof why === 'string' ? why : why())
}
