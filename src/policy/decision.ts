export interface Decision {
  readonly allow: boolean
  readonly reason: string
  /** Names of fields that are taken away from what leaves; `subject` also means whose it is. */
  readonly redact: readonly string[]
}

export type Answer =
  | {
      readonly kind: 'decided'
      readonly decision: Decision
      readonly revision: string
      /** How long it may be used again. */
      readonly holdMs: number
    }
  | { readonly kind: 'failed'; readonly text: string }

/** Whoever turns a question into an answer. It never throws: what goes wrong is an answer, and a denial. */
export interface Evaluator {
  evaluate(question: string): Answer | Promise<Answer>
}

/** What is not decided stays. */
export function denied(reason: string): Decision {
  return { allow: false, reason, redact: [] }
}

export function failed(text: string): Answer {
  return { kind: 'failed', text }
}

/** What a policy returned; undefined: that is no decision, whatever else it may be. */
export function decodeDecision(value: unknown): Decision | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('allow' in value) || !('reason' in value) || !('redact' in value)) return undefined
  const { allow, reason, redact } = value
  if (typeof allow !== 'boolean' || typeof reason !== 'string') return undefined
  if (!Array.isArray(redact)) return undefined
  const names: string[] = []
  for (const name of redact as readonly unknown[]) {
    if (typeof name !== 'string') return undefined
    names.push(name)
  }
  return { allow, reason: reason.slice(0, REASON_CHARACTERS), redact: names.sort() }
}

/** Long enough for a dozen sentences of a policy, short enough for a row of the log. */
const REASON_CHARACTERS = 1000
