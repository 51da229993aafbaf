import { type Version, reason } from '../reasons.ts'

export const PUBACK = 0x40
export const PUBREC = 0x50
export const PUBCOMP = 0x70

/** Receives the bytes of a run once they may go out. */
export interface AckOwner {
  release(run: AckRun): void
  /** The disk was full. False: something in it waits for the next batch, and so does the run. */
  refuse(run: AckRun, nowMs: number): boolean
}

/**
 * Acknowledgements of one connection, ready as bytes, that wait for one batch to become durable. Encoding them while the message is
 * at hand leaves nothing to do per message afterwards: a whole run is one write.
 */
export class AckRun {
  readonly owner: AckOwner
  /** They may go out when this batch is durable. */
  batch: number
  /** Acknowledgements of what was taken with the batch: they depend on its fate. */
  taken = 0
  /** Where the packets begin that do not. */
  readonly #steady = new Set<number>()
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
    { code, version, of = 'taken' }: { code: number; version: Version; of?: 'taken' | 'other' },
  ): void {
    if (of === 'taken') this.taken++
    else this.#steady.add(this.#length)
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
    this.#steady.add(this.#length)
    while (this.#length + packet.length > this.#bytes.length) this.#grow()
    this.#bytes.set(packet, this.#length)
    this.#length += packet.length
  }

  get hasSteady(): boolean {
    return this.#steady.size > 0
  }

  /** Turns success into 0x97 for what was taken, and returns the packet ids of QoS 2 among it. */
  refuse(): number[] {
    const before = this.bytes
    const steady = new Set(this.#steady)
    const packetIds: number[] = []
    this.#bytes = Buffer.allocUnsafe(before.length * 2 + FIRST_BYTES)
    this.#length = 0
    this.#steady.clear()
    for (let at = 0, next = 0; at < before.length; at = next) {
      next = packetEnd(before, at)
      const packet = before.subarray(at, next)
      const [type = 0, , high = 0, low = 0] = packet
      if (steady.has(at)) this.append(packet)
      else if (next - at > SHORT_BYTES) this.#copy(packet)
      else {
        this.#copy(Uint8Array.of(type, 3, high, low, reason.quotaExceeded))
        if (type === PUBREC) packetIds.push((high << 8) | low)
      }
    }
    this.taken = 0
    return packetIds
  }

  #copy(packet: Uint8Array): void {
    this.#bytes.set(packet, this.#length)
    this.#length += packet.length
  }

  #grow(): void {
    const grown = Buffer.allocUnsafe(this.#bytes.length * 4)
    grown.set(this.#bytes, 0)
    this.#bytes = grown
  }
}

/** Past the Remaining Length, and as many bytes as it says. */
function packetEnd(bytes: Buffer, at: number): number {
  let length = 0
  let next = at + 1
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[next++] as number
    length |= (byte & 0x7f) << shift
    if (byte < 0x80) return next + length
  }
}

const FIRST_BYTES = 64
/** An acknowledgement without a reason code: success. */
const SHORT_BYTES = 4
const LONGEST_BYTES = 5
