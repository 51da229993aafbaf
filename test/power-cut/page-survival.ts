import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs'
import type { Random } from '../../src/core/random.ts'

/** What disks write as a whole: a page of the cache, or one old sector. */
const UNITS_BYTES = [4096, 512] as const

/**
 * Moves some of the differing units of a file as the process saw it to the same file as it was synced; the rest stays as it was, or is
 * zeros where the file had grown. Units of two versions in between, each newer than the sync, are not modelled: the one seen
 * last stands for all.
 */
export function surviveInPart(seen: string, synced: string, random: Random): void {
  const unitBytes = UNITS_BYTES[random() < 0.5 ? 0 : 1] as number
  // From a cut that spares nearly nothing to one that spares nearly everything.
  const share = random()
  const source = readFileSync(seen)
  const target = openSync(synced, 'r+')
  try {
    const unit = Buffer.alloc(unitBytes)
    for (let at = 0; at < source.length; at += unitBytes) {
      const fresh = source.subarray(at, at + unitBytes)
      const count = readSync(target, unit, 0, unitBytes, at)
      if (unit.subarray(0, count).equals(fresh) || random() >= share) continue
      writeSync(target, fresh, 0, fresh.length, at)
    }
    if (fstatSync(target).size > source.length && random() < share) {
      ftruncateSync(target, source.length)
    }
  } finally {
    closeSync(target)
  }
}
