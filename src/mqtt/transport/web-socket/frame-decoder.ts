import {
  CONTROL_BYTES_MAX,
  FIN,
  HEAD_BYTES_MAX,
  MASKED,
  RESERVED,
  closeCode,
  opcode,
} from './frame.ts'

/** Told of control frames as they come; `payload` is valid only during the call. */
export interface ControlFrames {
  ping(payload: Uint8Array): void
  close(payload: Uint8Array): void
}

/**
 * Takes a client's frames apart. MQTT is a stream to which the borders of frames and messages mean nothing [MQTT-6.0.0-2], so nothing
 * is gathered: whatever has come of a frame is passed on, and its length needs no limit.
 */
export class FrameDecoder {
  readonly #controls: ControlFrames
  readonly #head = Buffer.alloc(HEAD_BYTES_MAX)
  readonly #control = Buffer.alloc(CONTROL_BYTES_MAX)
  #headLength = 0
  #headNeeded = 2
  #kind = 0
  #maskAt = 0
  #controlLength = 0
  /** Bytes of the frame's payload that are to come. */
  #missing = 0
  #isInFrame = false
  /** A message has begun and its last frame has not. */
  #isInMessage = false
  #fault = 0

  constructor(controls: ControlFrames) {
    this.#controls = controls
  }

  /** The close code that the peer has earned; 0: none. Nothing is decoded any more. */
  get fault(): number {
    return this.#fault
  }

  /** Data of the frames in `chunk`, unmasked and moved together in the chunk itself. */
  decode(chunk: Buffer, isOver: () => boolean): Buffer {
    let at = 0
    let end = 0
    while (at < chunk.length && this.#fault === 0 && !isOver()) {
      if (!this.#isInFrame) {
        at = this.#takeHead(chunk, at)
        if (this.#isInFrame && this.#missing === 0) this.#endFrame()
        continue
      }
      const next = Math.min(chunk.length, at + this.#missing)
      if (this.#kind >= opcode.close) {
        this.#unmask(
          chunk,
          { from: at, to: next },
          { bytes: this.#control, at: this.#controlLength },
        )
        this.#controlLength += next - at
      } else {
        this.#unmask(chunk, { from: at, to: next }, { bytes: chunk, at: end })
        end += next - at
      }
      this.#missing -= next - at
      at = next
      if (this.#missing === 0) this.#endFrame()
    }
    return chunk.subarray(0, end)
  }

  /** Returns where the head ends, or the end of the chunk where there is more of it to come. */
  #takeHead(chunk: Buffer, start: number): number {
    let at = start
    while (at < chunk.length) {
      this.#head[this.#headLength++] = chunk[at++] as number
      if (this.#headLength === 2) this.#fault = this.#judge()
      if (this.#fault !== 0) return at
      if (this.#headLength === this.#headNeeded) {
        this.#beginFrame()
        return at
      }
    }
    return at
  }

  /** The first two bytes: the close code they deserve, or 0 and the length of the head is known. */
  #judge(): number {
    const [first = 0, second = 0] = this.#head
    const kind = first & 0x0f
    const length = second & 0x7f
    if ((first & RESERVED) !== 0 || (second & MASKED) === 0) return closeCode.protocolError
    if (kind === opcode.text) return closeCode.unsupportedData // [MQTT-6.0.0-1]
    if (kind >= opcode.close) {
      const isWhole = (first & FIN) !== 0 && length <= CONTROL_BYTES_MAX
      if (kind > opcode.pong || !isWhole) return closeCode.protocolError
    } else {
      if (kind > opcode.binary) return closeCode.protocolError
      if ((kind === opcode.continuation) !== this.#isInMessage) return closeCode.protocolError
      this.#isInMessage = (first & FIN) === 0
    }
    this.#kind = kind
    this.#headNeeded = 6 + (length === 126 ? 2 : length === 127 ? 8 : 0)
    return 0
  }

  /** A length is written in as few bytes as it fits in, and has 63 bits at most. */
  #beginFrame(): void {
    const head = this.#head
    const bytes = this.#headNeeded - 6
    let length = (head[1] as number) & 0x7f
    if (bytes > 0) {
      length = 0
      for (let at = 2; at < 2 + bytes; at++) length = length * 256 + (head[at] as number)
    }
    const isTooLong = bytes === 8 && (head[2] as number) >= 0x80
    if (isTooLong || (bytes === 2 && length < 126) || (bytes === 8 && length < 0x10000)) {
      this.#fault = closeCode.protocolError
      return
    }
    this.#missing = length
    this.#maskAt = 0
    this.#controlLength = 0
    this.#isInFrame = true
  }

  #endFrame(): void {
    this.#isInFrame = false
    this.#headLength = 0
    const payload = this.#control.subarray(0, this.#controlLength)
    if (this.#kind === opcode.ping) this.#controls.ping(payload)
    else if (this.#kind === opcode.close) this.#controls.close(payload)
  }

  /** The place of a byte in the chunk is never before the place it goes to, so source and target may be one. */
  #unmask(
    source: Buffer,
    { from, to }: { readonly from: number; readonly to: number },
    target: { readonly bytes: Buffer; readonly at: number },
  ): void {
    const { bytes } = target
    const head = this.#head
    const mask = this.#headNeeded - 4
    let turn = this.#maskAt
    for (let at = from, out = target.at; at < to; at++, out++) {
      bytes[out] = (source[at] as number) ^ (head[mask + turn] as number)
      turn = (turn + 1) & 3
    }
    this.#maskAt = turn
  }
}
