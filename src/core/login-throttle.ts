import { limits } from './limits.ts'

/** Who tries to get in, from where. */
export interface Attempt {
  /** Of `core/peer-network.ts#peerNetwork`. */
  readonly address: string
  readonly name: string
}

interface Failures {
  count: number
  lastMs: number
}

/**
 * Failed logins, by address and by name from an address; never by name alone, or whoever fails often enough in a device's name
 * would keep the device out. After a few the next try is refused unheard for a second, and twice as long after each that follows.
 */
export class LoginThrottle {
  /** In the order of their last failure. */
  readonly #table = new Map<string, Failures>()
  failed = 0

  /** Too early to try again: not even the right password is looked at. */
  refuses({ address, name }: Attempt, nowMs: number): boolean {
    return (
      this.#waits(address, { free: limits.loginFailuresPerAddress, nowMs }) ||
      this.#waits(keyOf(address, name), { free: limits.loginFailures, nowMs })
    )
  }

  failure({ address, name }: Attempt, nowMs: number): void {
    this.failed++
    this.#count(address, nowMs)
    this.#count(keyOf(address, name), nowMs)
  }

  /** The name starts afresh; its address does not, for others may be guessing from there. */
  success({ address, name }: Attempt): void {
    this.#table.delete(keyOf(address, name))
  }

  get size(): number {
    return this.#table.size
  }

  #waits(key: string, { free, nowMs }: { readonly free: number; readonly nowMs: number }): boolean {
    const known = this.#table.get(key)
    if (known === undefined || known.count < free) return false
    const waitMs = limits.loginWaitMs * 2 ** Math.min(known.count - free, 30)
    return nowMs - known.lastMs < Math.min(waitMs, limits.loginWaitMsMax)
  }

  #count(key: string, nowMs: number): void {
    const known = this.#table.get(key)
    this.#table.delete(key)
    const isFresh = known === undefined || nowMs - known.lastMs >= limits.loginForgetMs
    this.#table.set(key, { count: isFresh ? 1 : known.count + 1, lastMs: nowMs })
    if (this.#table.size <= limits.loginFailuresKept) return
    const [oldest] = this.#table.keys()
    if (oldest !== undefined) this.#table.delete(oldest)
  }
}

/** No address has a space. */
function keyOf(address: string, name: string): string {
  return `${address} ${name.slice(0, limits.deviceBytes)}`
}
