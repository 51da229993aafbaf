/**
 * The bytes of a connection that do not make a whole packet yet. While there are none, what arrives is parsed where it lies. A
 * short rest and what follows it are put together in a buffer that all connections share, so that a busy connection keeps no
 * more than its rest; a long one is kept in a buffer of its own that grows by doubling, so that a packet which arrives byte
 * by byte costs its own length, however many pieces it comes in.
 */
export class FrameBuffer {
  #bytes: Buffer = EMPTY
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What is allocated for them. */
  get heldBytes(): number {
    return this.#bytes.length
  }

  /** All bytes that wait to be parsed, `chunk` last. Valid until `keep`, which comes before any other `join`. */
  join(chunk: Buffer): Buffer {
    const length = this.#length
    if (length === 0) return chunk
    const joined = length + chunk.length
    if (length <= SHORT_BYTES && joined <= scratch.length) {
      scratch.set(this.#bytes.subarray(0, length), 0)
      scratch.set(chunk, length)
      return scratch.subarray(0, joined)
    }
    this.#reserve(joined)
    this.#bytes.set(chunk, length)
    this.#length = joined
    return this.#bytes.subarray(0, joined)
  }

  /** Keeps what follows `from` in the bytes that `join` returned; the rest has been dealt with. */
  keep(joined: Buffer, from: number): void {
    const rest = joined.subarray(from)
    const held = this.#bytes.length
    if (rest.length === 0) {
      this.#bytes = EMPTY
    } else if (rest.length <= held && held <= Math.max(4 * rest.length, 2 * SHORT_BYTES)) {
      this.#bytes.set(rest, 0)
    } else {
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(rest.length, LEAST_BYTES))
      this.#bytes.set(rest, 0)
    }
    this.#length = rest.length
  }

  #reserve(bytes: number): void {
    if (this.#bytes.length >= bytes) return
    const grown = Buffer.allocUnsafeSlow(Math.max(bytes, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length), 0)
    this.#bytes = grown
  }
}

const EMPTY = Buffer.allocUnsafeSlow(0)
const LEAST_BYTES = 256
const SHORT_BYTES = 4096
/** A socket hands over 64 KiB at a time. */
const scratch = Buffer.allocUnsafeSlow(SHORT_BYTES + 64 * 1024)
