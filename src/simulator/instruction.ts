/** What a device is told on `grid/<device>/commands/+`, as docs/mqtt.md has it: the simulator shares no code with the server. */
export type Instruction =
  | { readonly kind: 'read-now' }
  | { readonly kind: 'reporting-interval'; readonly seconds: number }

/** What it says to that on the Response Topic. */
export interface InstructionAnswer {
  readonly outcome: 'done' | 'refused'
  readonly detail?: string
}

/** Undefined: nothing that this device knows. */
export function parseInstruction(payload: Uint8Array): Instruction | undefined {
  let given: unknown
  try {
    given = JSON.parse(Buffer.from(payload).toString())
  } catch {
    return undefined
  }
  const { command, seconds } = (given ?? {}) as Readonly<Record<string, unknown>>
  if (command === 'read-now') return { kind: command }
  return command === 'reporting-interval' && typeof seconds === 'number' && seconds > 0
    ? { kind: command, seconds }
    : undefined
}

/**
 * Every how many samples of the plan a device takes one to report so often, or why it cannot: samples fall on the instants of the plan, or
 * else a ledger could not say what was sent.
 */
export function everyOf(seconds: number, intervalMs: number): number | InstructionAnswer {
  const every = (seconds * 1000) / intervalMs
  if (Math.abs(every - Math.round(every)) < 1e-6 && every > 0.5) return Math.round(every)
  return {
    outcome: 'refused',
    detail: `the interval is no multiple of ${intervalMs / 1000} s, that of the simulation`,
  }
}
