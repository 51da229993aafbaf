import { limits } from '../../core/limits.ts'
import { peerNetwork } from '../../core/peer-network.ts'
import { TokenBucket } from '../../core/token-bucket.ts'

/** How fast connections come from each address; what is too fast is closed before anything is read from it. */
export class Arrivals {
  readonly #perSecond: number
  /** In the order in which they came first. */
  readonly #networks = new Map<string, TokenBucket>()
  refused = 0

  constructor(connectionsPerSecond: number) {
    this.#perSecond = connectionsPerSecond
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#networks.size
  }

  /** False: one too many from there, and counted. */
  admits(address: string, nowMs: number): boolean {
    const network = peerNetwork(address)
    let bucket = this.#networks.get(network)
    if (bucket === undefined) {
      const burstSeconds = limits.connectionBurstSeconds
      bucket = new TokenBucket({ perSecond: this.#perSecond, burstSeconds }, nowMs)
      this.#networks.set(network, bucket)
      this.#makeRoom()
    }
    if (bucket.take(nowMs)) return true
    this.refused++
    return false
  }

  /** Once a second: forgets whoever has been quiet for long enough. */
  tick(nowMs: number): void {
    for (const [network, bucket] of this.#networks) {
      if (bucket.isFull(nowMs)) this.#networks.delete(network)
    }
  }

  #makeRoom(): void {
    if (this.#networks.size <= limits.connectionAddresses) return
    const [oldest] = this.#networks.keys()
    if (oldest !== undefined) this.#networks.delete(oldest)
  }
}
