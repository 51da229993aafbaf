import { limits } from '../../core/limits.ts'
import { decodeDisconnect } from '../packet/disconnect.ts'
import { packetType, remainingLength, varintBytes } from '../packet/fixed-header.ts'
import type { Later, Sink, Verdict } from '../ports.ts'
import { ProtocolError, protocolError, reason, reasonText } from '../reasons.ts'
import type { Broker } from './broker.ts'
import type { Client } from './client.ts'
import { FrameBuffer } from './frame-buffer.ts'
import type { Login } from './login.ts'
import type { Pace } from './pace.ts'

/**
 * One network connection: cuts the stream of bytes into packets and hands them to the client, once CONNECT has said who
 * that is. Knows no socket and no clock: both are the transport's.
 */
export class Connection {
  readonly sink: Sink
  /** Of a client that authenticates in steps, until it is in. */
  login: Login | undefined
  readonly #broker: Broker
  readonly #frames = new FrameBuffer()
  readonly #acceptedMs: number
  #client: Client | undefined
  #isOpen = true
  #isStalled = false
  /** Of the gatekeeper, on the CONNECT that waits in front. */
  #verdict: Verdict | 'asked' | undefined
  #heardMs: number
  #countedBytes = 0
  /** Of the client, under the name that it is known by. */
  #pace: { readonly name: string; readonly of: Pace } | undefined
  #isPaced = false
  #wasCut = false
  /** Messages since the last `charge`. */
  #messages = 0

  constructor(sink: Sink, broker: Broker, nowMs: number) {
    this.sink = sink
    this.#broker = broker
    this.#acceptedMs = nowMs
    this.#heardMs = nowMs
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** What it sent last took longer than a slice. */
  get wasCut(): boolean {
    return this.#wasCut
  }

  /** Undefined until CONNECT was accepted. */
  get client(): Client | undefined {
    return this.#client
  }

  /** Bytes from the network. What cannot be parsed ends this connection, and nothing else [MQTT-4.13.1-1]. */
  receive(chunk: Buffer, nowMs: number): void {
    if (!this.#isOpen) return
    const bytes = this.#frames.join(chunk)
    this.#frames.keep(bytes, this.#isStalled ? 0 : this.#parse(bytes, nowMs))
    this.#countUnfinished()
    this.#broker.flush()
    if (this.#broker.unfinishedBytes > limits.unfinishedBytesTotal && this.#frames.length > 0) {
      this.fail(new ProtocolError(reason.serverBusy, 'too many unfinished packets in all'), nowMs)
    }
  }

  /** From now on what it sends is charged to the client of this name. */
  keepPace(name: string, nowMs: number): void {
    this.#pace = { name, of: this.#broker.paces.enter(name, nowMs) }
  }

  /**
   * A chunk of so many bytes has been dealt with. Returns how many ms its client is not to be read from: the connection is paused
   * then, and the caller charges nothing once they have passed, until nothing is owed any more.
   */
  charge(bytes: number, nowMs: number): number {
    if (this.#pace === undefined || !this.#isOpen) return 0
    const waitMs = this.#pace.of.charge({ messages: this.#messages, bytes }, nowMs)
    this.#messages = 0
    if (waitMs > 0 && !this.#isPaced) {
      this.#isPaced = true
      this.#broker.paces.pauses++
      this.sink.pause()
    } else if (waitMs === 0 && this.#isPaced) {
      this.#isPaced = false
      if (!this.#isBackedUp) this.#heardMs = nowMs
      this.resume()
    }
    return waitMs
  }

  /** There may be room again for the packet that had to wait. */
  retry(nowMs: number): void {
    if (!this.#isStalled || !this.#isOpen) return
    this.#isStalled = false
    if (!this.#isBackedUp) this.#heardMs = nowMs
    const bytes = this.#frames.join(NOTHING)
    this.#frames.keep(bytes, this.#parse(bytes, nowMs))
    this.#countUnfinished()
    this.resume()
  }

  /** The peer has taken all that was written. */
  drained(nowMs: number): void {
    if (!this.#isOpen) return
    this.#heardMs = nowMs
    this.retry(nowMs)
    this.#client?.pump(nowMs)
    this.#broker.flush()
    this.resume()
  }

  /** The peer does not take what it is sent: stop answering it, and at last part from it. */
  backedUp(nowMs: number): void {
    if (!this.#isOpen) return
    if (this.sink.unsentBytes > limits.unsentBytesClose) {
      this.fail(new ProtocolError(reason.quotaExceeded, 'the client does not read'), nowMs)
    } else this.sink.pause()
  }

  /** The network connection is gone, whoever ended it. */
  closed(nowMs: number): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#countUnfinished()
    this.#broker.left(this)
    if (this.#pace !== undefined) this.#broker.paces.leave(this.#pace.name, nowMs)
    this.#client?.closed(nowMs)
    this.#broker.flush()
  }

  /** Ends it from our side; a 5.0 client is told why, a stranger is not [MQTT-3.14.0-1]. */
  disconnect(code: number, nowMs: number, text: string | undefined = reasonText(code)): void {
    if (!this.#isOpen) return
    this.#client?.farewell(code, text)
    this.sink.end()
    this.closed(nowMs)
  }

  fail(error: ProtocolError, nowMs: number): void {
    if (!this.#isOpen) return
    this.#broker.counters.protocolErrors++
    this.disconnect(error.reason, nowMs, error.message)
  }

  /** One and a half Keep Alive without a whole packet, and the client counts as gone [MQTT-3.1.2-22]. */
  isSilent(nowMs: number): boolean {
    if (this.#client === undefined) return nowMs - this.#acceptedMs > limits.connectTimeoutMs
    if ((this.#isStalled || this.#isPaced) && !this.#isBackedUp) return false // We do not listen.
    const { keepAliveSeconds } = this.#client
    return keepAliveSeconds > 0 && nowMs - this.#heardMs > keepAliveSeconds * 1500
  }

  /** Takes packet after packet and returns where it stopped: the next one is unfinished, or has to wait for room. */
  #parse(bytes: Buffer, nowMs: number): number {
    const end = bytes.length
    let at = 0
    let messages = 0
    const { intake, router, stopwatch } = this.#broker
    const endMs = stopwatch() + limits.sliceMs
    let work = router.work
    intake.setArrival(nowMs)
    this.#wasCut = false
    try {
      while (at + 1 < end && this.#isOpen) {
        const first = bytes[at] as number
        let length = bytes[at + 1] as number
        let bodyAt = at + 2
        if (length > 127) {
          length = remainingLength(bytes, at + 1, end)
          if (length < 0) break
          bodyAt = at + 1 + varintBytes(length)
        }
        const isNew = this.#client === undefined && this.login === undefined
        if (isNew && first !== CONNECT) throw notConnect
        const next = bodyAt + length
        if (next - at > limits.packetBytes) throw tooLarge
        if (next > end) break
        if (this.#client === undefined) {
          this.#enter(first, bytes.subarray(bodyAt, next), nowMs)
          if (this.#client === undefined && this.#isStalled) break
        } else if (!this.#client.packet(first, bytes, { start: bodyAt, end: next, nowMs })) {
          this.#stall()
          break
        }
        if (first >> 4 === packetType.publish) messages++
        at = next
        if (router.work !== work || messages % LOOK_MESSAGES === 0) {
          work = router.work
          if (at < end && stopwatch() >= endMs) {
            this.#wasCut = true
            this.yieldTurn()
            break
          }
        }
      }
      this.#client?.flush()
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
      this.#client?.flush()
      this.fail(cause, nowMs)
    }
    if (at > 0) this.#heardMs = nowMs
    this.#broker.counters.messagesReceived += messages
    this.#messages += messages
    return this.#isOpen ? at : end
  }

  /** CONNECT, or what a login has between it and CONNACK. */
  #enter(first: number, body: Buffer, nowMs: number): void {
    const { login } = this
    if (login !== undefined && first === DISCONNECT) {
      decodeDisconnect(body, 5)
      this.disconnect(reason.success, nowMs)
      return
    }
    login?.packet(first, body)
    if (login !== undefined && login.verdict === undefined) return
    this.#client = this.#broker.enter(this, login?.kept ?? body, nowMs)
    if (this.#client !== undefined) this.login = undefined
  }

  /** Asks once; until the verdict is there CONNECT stays in front, and what follows waits behind it. */
  verdict(ask: (later: Later) => Verdict | undefined): Verdict | undefined {
    this.#verdict ??=
      ask((verdict, nowMs) => {
        this.#verdict = verdict
        this.retry(nowMs)
        this.#broker.flush()
      }) ?? 'asked'
    if (this.#verdict !== 'asked') return this.#verdict
    this.#isStalled = true
    this.sink.pause()
    return undefined
  }

  /** Others have their turn first. */
  yieldTurn(): void {
    if (!this.#isOpen) return
    this.#isStalled = true
    this.sink.pause()
    this.#broker.turns.add(this)
  }

  /** It is this connection's turn. */
  turn(nowMs: number): void {
    this.retry(nowMs)
    this.#client?.pump(nowMs)
    this.#broker.flush()
  }

  #stall(): void {
    this.#isStalled = true
    this.sink.pause()
    this.#broker.waitForRoom(this)
  }

  /** Reads on, unless the peer does not read, its next packet has to wait, or it was too fast. */
  resume(): void {
    const mustWait = this.#isStalled || this.#isPaced || this.#isBackedUp
    if (!mustWait && this.#isOpen) this.sink.resume()
  }

  get #isBackedUp(): boolean {
    return this.sink.unsentBytes > limits.unsentBytesPause
  }

  #countUnfinished(): void {
    const now = this.#isOpen ? this.#frames.heldBytes : 0
    this.#broker.unfinishedBytes += now - this.#countedBytes
    this.#countedBytes = now
  }
}

/** A look at the clock costs a tenth of a message. */
const LOOK_MESSAGES = 32
const NOTHING = Buffer.alloc(0)
const CONNECT = packetType.connect << 4
const DISCONNECT = packetType.disconnect << 4
const notConnect = protocolError('the first packet must be CONNECT') // [MQTT-3.1.0-1]
const tooLarge = new ProtocolError(reason.packetTooLarge, 'a packet above Maximum Packet Size')
