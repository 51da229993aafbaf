import type { PeerCertificate, Sink } from '../../ports.ts'
import { FrameDecoder } from './frame-decoder.ts'
import { closeCode, frameHead, opcode } from './frame.ts'

/** A WebSocket that was agreed upon, between a sink for bytes and MQTT (RFC 6455). Knows no socket. */
export class WebSocket implements Sink {
  readonly remote: string
  readonly certificate: PeerCertificate | undefined
  readonly #sink: Sink
  readonly #decoder: FrameDecoder
  /** What the closing frame is going to say; 0: it was sent. */
  #closeWith: number = closeCode.normal
  #isEndedByPeer = false

  constructor(sink: Sink) {
    this.#sink = sink
    this.remote = sink.remote
    this.certificate = sink.certificate
    this.#decoder = new FrameDecoder({
      ping: (payload) => this.#write(opcode.pong, payload),
      close: (payload) => {
        this.#isEndedByPeer = true
        this.#closeWith = answerTo(payload)
      },
    })
  }

  /** `ended`: the peer has sent its closing frame. `broken`: it does not keep to the standard; what came before counts. */
  get state(): 'open' | 'ended' | 'broken' {
    if (this.#decoder.fault !== 0) return 'broken'
    return this.#isEndedByPeer ? 'ended' : 'open'
  }

  unwrap(chunk: Buffer): Buffer {
    const bytes = this.#decoder.decode(chunk, this.#isOver)
    if (this.#decoder.fault !== 0 && this.#closeWith !== 0) this.#closeWith = this.#decoder.fault
    return bytes
  }

  get unsentBytes(): number {
    return this.#sink.unsentBytes
  }

  /** One binary frame [MQTT-6.0.0-1]. */
  write(bytes: Uint8Array): void {
    this.#write(opcode.binary, bytes)
  }

  pause(): void {
    this.#sink.pause()
  }

  resume(): void {
    this.#sink.resume()
  }

  end(): void {
    if (this.#closeWith === 0) return
    const code = this.#closeWith
    this.#write(opcode.close, Buffer.from([code >> 8, code & 0xff]))
    this.#closeWith = 0
    this.#sink.end()
  }

  readonly #isOver = (): boolean => this.#isEndedByPeer || this.#closeWith === 0

  #write(kind: number, bytes: Uint8Array): void {
    const head = frameHead(kind, bytes.length)
    if (kind === opcode.binary && bytes.length > COPIED_BYTES_MAX) {
      this.#sink.write(head)
      this.#sink.write(bytes)
    } else this.#sink.write(Buffer.concat([head, bytes]))
  }
}

/** Up to here one copy is cheaper than a second write. */
const COPIED_BYTES_MAX = 16 * 1024

/** A closing frame is answered with its own code, unless that is none that a client may send (RFC 6455, 7.4). */
function answerTo(payload: Uint8Array): number {
  if (payload.length === 0) return closeCode.normal
  const code = ((payload[0] as number) << 8) | (payload[1] ?? 0)
  const isOurs = code >= 3000 && code < 5000
  const isStandard = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)
  return payload.length > 1 && (isOurs || isStandard) ? code : closeCode.protocolError
}
