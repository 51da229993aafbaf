import { isDigest } from './set.ts'

/** What the centre asks a site to run. Nothing in it is believed: a set is run for its signature, and to go back is to run what ran before. */
export interface Desired {
  /** `roll-back`: from this set, where the site runs it, to the one before. */
  readonly action: 'run' | 'roll-back'
  readonly digest: string
  readonly revision: number
  readonly rollout: number
  readonly wave: number
}

export function encodeDesired(desired: Desired): Uint8Array {
  return Buffer.from(JSON.stringify({ format: 1, ...desired }))
}

/** Undefined: not of this format. */
export function decodeDesired(bytes: Uint8Array): Desired | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const { format, action, digest, revision, rollout, wave } = {
      ...(value as Record<string, unknown> | null),
    }
    const isAction = action === 'run' || action === 'roll-back'
    const isNumbered = [revision, rollout, wave].every(Number.isSafeInteger)
    if (format !== 1 || !isAction || !isDigest(digest) || !isNumbered) return undefined
    return {
      action,
      digest,
      revision: revision as number,
      rollout: rollout as number,
      wave: wave as number,
    }
  } catch {
    return undefined
  }
}
