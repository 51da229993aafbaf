import type { Address } from '../../src/core/address.ts'
import { pingreq } from '../../src/mqtt/broker/client-packets.test.ts'
import { Wire } from '../mqtt/wire.ts'

/** Asks as a device does: PINGREQ over a connection that stays, and over a new one where it broke. */
export class PingProbe implements Disposable {
  readonly #address: Address
  #wire: Wire | undefined

  constructor(address: Address) {
    this.#address = address
  }

  async ask(): Promise<boolean> {
    try {
      this.#wire ??= await Wire.enter(this.#address, 'drill-probe')
      this.#wire.send(pingreq)
      if ((await this.#wire.line()) === 'PINGRESP') return true
      this[Symbol.dispose]()
    } catch {
      this[Symbol.dispose]()
    }
    return false
  }

  [Symbol.dispose](): void {
    this.#wire?.[Symbol.dispose]()
    this.#wire = undefined
  }
}

/** Asks as whoever supervises an edge does. */
export async function isLive(url: string): Promise<boolean> {
  const response = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(5000) })
  await response.arrayBuffer()
  return response.ok
}
