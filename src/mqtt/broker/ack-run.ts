import type { Version } from '../reasons.ts'

export const PUBACK = 0x40
export const PUBREC = 0x50
export const PUBCOMP = 0x70

/** Receives the bytes of a run once they may go out. */
export interface AckOwner {
  release(run: AckRun): void
}

/**
 * Acknowledgements of one connection, ready as bytes, that wait for one batch to become durable. Encoding them while the message is
 * at hand leaves nothing to do per message afterwards: a whole run is one write.
 */
export class AckRun {
  readonly owner: AckOwner
  /** They may go out when this batch is durable. */
  readonly batch: number
  /** PUBACKs in the run: messages whose place in the Receive Maximum it gives back. */
  pubacks = 0
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #length = 0

  constructor(owner: AckOwner, batch: number) {
    this.owner = owner
    this.batch = batch
  }

  get length(): number {
    return this.#length
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** `code` is left out where it says success, and in 3.1.1, which has none. */
  push(
    type: number,
    packetId: number,
    { code, version }: { code: number; version: Version },
  ): void {
    if (type === PUBACK) this.pubacks++
    if (this.#length + LONGEST_BYTES > this.#bytes.length) this.#grow()
    const bytes = this.#bytes
    let at = this.#length
    const short = code === 0 || version === 4
    bytes[at++] = type
    bytes[at++] = short ? 2 : 3
    bytes[at++] = packetId >> 8
    bytes[at++] = packetId & 0xff
    if (!short) bytes[at++] = code
    this.#length = at
  }

  /** Another packet that the owner sends, as it is. */
  append(packet: Uint8Array): void {
    while (this.#length + packet.length > this.#bytes.length) this.#grow()
    this.#bytes.set(packet, this.#length)
    this.#length += packet.length
  }

  #grow(): void {
    const grown = Buffer.allocUnsafe(this.#bytes.length * 4)
    grown.set(this.#bytes, 0)
    this.#bytes = grown
  }
}

const FIRST_BYTES = 64
const LONGEST_BYTES = 5
