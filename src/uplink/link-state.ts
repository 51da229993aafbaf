import { limits } from '../core/limits.ts'
import { type Random, seededRandom } from '../core/random.ts'

type State =
  | { readonly kind: 'down'; readonly againMs: number }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up' }

/** When a connection is made. Sites that lost theirs together come back one after the other: each has its own pace. */
export class LinkState {
  readonly #random: Random
  #state: State
  #tries = 0
  /** Connections that were made. */
  connections = 0

  constructor(site: string, nowMs: number) {
    this.#random = siteRandom(site)
    this.#state = { kind: 'down', againMs: nowMs }
  }

  get kind(): State['kind'] {
    return this.#state.kind
  }

  /** True once, when it is time to connect. */
  isDue(nowMs: number): boolean {
    if (this.#state.kind !== 'down' || nowMs < this.#state.againMs) return false
    this.#state = { kind: 'connecting' }
    return true
  }

  connected(): void {
    this.#state = { kind: 'up' }
    this.connections++
  }

  lost(nowMs: number): void {
    if (this.#state.kind === 'down') return
    const most = Math.min(limits.reconnectMsMax, limits.reconnectMs * 2 ** this.#tries++)
    this.#state = { kind: 'down', againMs: nowMs + most * (0.5 + this.#random() / 2) }
  }

  /** Something was acknowledged: the connection is good, and what went wrong before is forgotten. */
  proved(): void {
    this.#tries = 0
  }
}

/** The same for a site each time, another for each site (FNV-1a). */
export function siteRandom(site: string): Random {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(site)) hash = Math.imul(hash ^ byte, 0x01000193)
  return seededRandom(hash)
}
