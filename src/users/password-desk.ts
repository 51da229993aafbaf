import { limits } from '../core/limits.ts'
import { CHOSEN, type PasswordHash, PasswordChecks, parseHash } from '../core/password-hash.ts'

const BOUNDS = { atOnce: limits.userChecks, waiting: limits.userChecksWaiting }

/** Of a password that nobody knows, at the cost of a chosen one: names that nobody has take as long as others. */
const DECOY: PasswordHash = {
  ...CHOSEN,
  parallelism: 1,
  salt: Buffer.alloc(16, 'decoy'),
  hash: Buffer.alloc(32),
}

/** Compares passwords a few at a time, in threads where nobody else waits for it. */
export class PasswordDesk {
  readonly #checks = new PasswordChecks(BOUNDS)

  /** `early`: when its turn came it was no longer due. */
  async compare(
    password: Uint8Array,
    hash: string | undefined,
    isDue: () => boolean,
  ): Promise<'right' | 'wrong' | 'early' | 'busy'> {
    if (this.#checks.isFull) return 'busy'
    const known = parseHash(hash ?? '') ?? DECOY
    if (password.length > limits.passwordBytes) return 'wrong'
    const { promise, resolve } = Promise.withResolvers<'right' | 'wrong' | 'skipped'>()
    this.#checks.compare(password, known, { isDue, done: resolve })
    const outcome = await promise
    if (outcome === 'skipped') return 'early'
    return known === DECOY ? 'wrong' : outcome
  }
}
