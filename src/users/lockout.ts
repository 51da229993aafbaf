import { limits } from '../core/limits.ts'
import { type Attempt, LoginThrottle } from '../core/login-throttle.ts'

export interface Trying extends Attempt {
  /** From this machine itself: to whoever sits here a lock by name does not apply. */
  readonly isHere: boolean
}

interface Failures {
  count: number
  lastMs: number
  readonly isUser: boolean
}

/**
 * Who has to wait before a password is looked at: an address, a name from an address, and after very many failures a name, wherever they came from. Nobody is kept
 * out for good: waits end by themselves; the one by name does not apply on this machine, nor where the name has come in from lately, so that
 * no stranger keeps the last engineer out.
 */
export class Lockout {
  readonly #throttle = new LoginThrottle()
  readonly #names = new Map<string, Failures>()
  /** Where names have come in from, the latest at the end. */
  readonly #places = new Set<string>()

  refuses(trying: Trying, nowMs: number): boolean {
    return this.#throttle.refuses(trying, nowMs) || this.#isLockedTo(trying, nowMs)
  }

  /** `isUser`: there is somebody of that name. It makes no difference to whoever tries. */
  failure({ isUser, ...attempt }: Attempt & { readonly isUser: boolean }, nowMs: number): void {
    this.#throttle.failure(attempt, nowMs)
    const { name } = attempt
    const known = this.#names.get(name)
    this.#names.delete(name)
    const isFresh = known === undefined || nowMs - known.lastMs >= limits.userLockMs
    this.#names.set(name, { count: isFresh ? 1 : known.count + 1, lastMs: nowMs, isUser })
    trim(this.#names, limits.loginFailuresKept)
  }

  success(attempt: Attempt): void {
    this.#throttle.success(attempt)
    this.#names.delete(attempt.name)
    const place = placeOf(attempt)
    this.#places.delete(place)
    this.#places.add(place)
    trim(this.#places, limits.userPlacesKept)
  }

  /** Somebody has said that this name may try again. */
  forget(attempt: Attempt): void {
    this.#throttle.success(attempt)
    this.#names.delete(attempt.name)
  }

  get size(): number {
    return this.#throttle.size + this.#names.size + this.#places.size
  }

  /** Users alone: a stranger must not fill health with names that he makes up. */
  locked(nowMs: number): readonly string[] {
    const users = [...this.#names].filter(([, { isUser }]) => isUser)
    return users.map(([name]) => name).filter((name) => this.#isLocked(name, nowMs))
  }

  #isLockedTo(trying: Trying, nowMs: number): boolean {
    if (trying.isHere || this.#places.has(placeOf(trying))) return false
    return this.#isLocked(trying.name, nowMs)
  }

  #isLocked(name: string, nowMs: number): boolean {
    const known = this.#names.get(name)
    if (known === undefined || known.count < limits.userFailures) return false
    return nowMs - known.lastMs < limits.userLockMs
  }
}

/** No address has a space. */
function placeOf({ address, name }: Attempt): string {
  return `${address} ${name}`
}

function trim(kept: Map<string, unknown> | Set<string>, most: number): void {
  if (kept.size <= most) return
  const [oldest] = kept.keys()
  if (oldest !== undefined) kept.delete(oldest)
}
