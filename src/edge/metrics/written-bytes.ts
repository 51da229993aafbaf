import { readFileSync } from 'node:fs'

/** What this process has had written to disks since its start, as the kernel counts it: whole pages. 0 where it does not tell (Linux does). */
export function writtenBytes(): number {
  try {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
