/** A row of the decision log; `question` is what was asked, null in a note. */
export interface Decision {
  readonly number: number
  readonly first: string
  readonly last: string
  readonly records: number
  readonly allow: boolean
  readonly reason: string
  readonly redact: readonly string[]
  readonly revision: string
  readonly question: {
    readonly destination?: string
    readonly channel?: string
    readonly principal?: string
    readonly record?: { readonly class?: string; readonly kind?: string }
  } | null
}

export interface Verification {
  readonly whole: boolean
  readonly rows: number
  readonly firstBad?: number
  readonly faults: readonly string[]
  readonly key: string
  readonly head?: { readonly number: number; readonly hash: string }
}

export interface ClassTotal {
  readonly key: string
  readonly recordClass: string
  readonly destination: string
  readonly left: number
  readonly stayed: number
}

/** How much of each class left for each destination, and how much was kept. */
export function totalsOf(decisions: readonly Decision[]): ClassTotal[] {
  const totals = new Map<string, ClassTotal>()
  for (const { question, allow, records } of decisions) {
    if (question === null) continue
    const { destination = '', record } = question
    const recordClass = record?.class ?? ''
    const key = `${recordClass} ${destination}`
    const before = totals.get(key) ?? { key, recordClass, destination, left: 0, stayed: 0 }
    totals.set(key, {
      ...before,
      left: before.left + (allow ? records : 0),
      stayed: before.stayed + (allow ? 0 : records),
    })
  }
  return [...totals.values()].sort((one, other) => one.key.localeCompare(other.key))
}
