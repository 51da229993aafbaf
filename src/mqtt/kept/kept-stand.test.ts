import type { ConnectOptions } from '../broker/client-packets.test.ts'
import { type Peer, Stand } from '../broker/stand.test.ts'
import type { Keeper } from '../ports.ts'

/** A stand whose broker keeps its state and can be killed: what was not committed is lost with it. */
export class KeptStand {
  readonly disk: Map<string, Uint8Array>
  readonly stand: Stand
  readonly #waiting = new Map<string, Uint8Array | undefined>()

  constructor(disk: ReadonlyMap<string, Uint8Array> = new Map(), nowMs = 1_000_000) {
    this.disk = new Map(disk)
    const keeper: Keeper & { changes: number } = {
      changes: 0,
      hasRoom: true,
      put: (key, value) => this.#change(keeper, key, value.slice()),
      remove: (key) => this.#change(keeper, key, undefined),
    }
    this.stand = new Stand({ keeper })
    this.stand.nowMs = nowMs
    this.stand.broker.restore(this.disk, nowMs)
  }

  /** A client that was let in for good; what came right behind CONNACK is in `early`. */
  enter(clientId: string, options: ConnectOptions = {}): Peer {
    const peer = this.stand.enter(clientId, options)
    if (peer.connack !== '') return peer
    this.commit()
    const [connack = '', ...early] = peer.heard()
    peer.connack = connack
    peer.early.push(...early)
    return peer
  }

  /** All that was taken and kept becomes durable. */
  commit(): void {
    for (const [key, value] of this.#waiting) {
      if (value === undefined) this.disk.delete(key)
      else this.disk.set(key, value)
    }
    this.#waiting.clear()
    this.stand.commit()
  }

  /** The process is killed, and the next one finds what was committed. */
  kill(): KeptStand {
    return new KeptStand(this.disk, this.stand.nowMs)
  }

  #change(keeper: { changes: number }, key: string, value: Uint8Array | undefined): void {
    keeper.changes++
    this.#waiting.set(key, value)
    this.stand.intake.keep()
  }
}
