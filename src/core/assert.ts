import { GridError } from './errors.ts'

/** Proof, not belief: a false condition is our bug, and stopping is safer than going on. */
export function assert(condition: boolean, text: string): asserts condition {
  if (!condition) throw new GridError('bug', text)
}

/** For the branch of an exhaustive switch that the compiler knows cannot be reached. */
export function never(value: never): never {
  throw new GridError('bug', `a case nobody wrote: ${JSON.stringify(value)}`)
}
