import { seededRandom } from '../../core/random.ts'

export type FaultKind =
  /** Nothing gets through, and connections are closed. */
  | 'outage'
  /** The link goes and comes, several times in a row. */
  | 'flap'
  /** A few kilobytes a second. */
  | 'slow'
  /** What is sent arrives, and nothing comes back. */
  | 'mute'
  /** The edge is gone with what it had in memory. */
  | 'reboot'

export interface Fault {
  readonly kind: FaultKind
  readonly atMs: number
  readonly endMs: number
}

export interface FaultPlanSettings {
  readonly seed: number
  readonly site: number
  readonly durationMs: number
}

/** What goes wrong at one site, and when: the same for the same seed. */
export function planFaults({ seed, site, durationMs }: FaultPlanSettings): readonly Fault[] {
  const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(site + 1, 0x85ebca6b))
  const faults: Fault[] = []
  const gapMs = durationMs / FAULTS_PER_SITE
  for (let atMs = random() * gapMs; atMs < durationMs;) {
    const kind = KINDS[Math.floor(random() * KINDS.length)] as FaultKind
    const endMs = Math.min(durationMs, atMs + gapMs * (0.2 + random() * 0.6))
    faults.push({ kind, atMs, endMs })
    atMs = endMs + random() * gapMs
  }
  return faults
}

const KINDS: readonly FaultKind[] = ['outage', 'flap', 'slow', 'mute', 'reboot']
const FAULTS_PER_SITE = 4
