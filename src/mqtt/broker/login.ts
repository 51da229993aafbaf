import { limits } from '../../core/limits.ts'
import { decodeAuth } from '../packet/auth.ts'
import type { Connect } from '../packet/connect.ts'
import { packetType } from '../packet/fixed-header.ts'
import type { Properties } from '../packet/properties.ts'
import type { ExchangeStep, Sink, Verdict } from '../ports.ts'
import { protocolError, reason } from '../reasons.ts'
import type { Authentication } from './authentication.ts'

export interface LoginParts {
  readonly authentication: Authentication
  readonly sink: Sink
}

/**
 * A client that authenticates in steps, between CONNECT, which is kept to be looked at once more at the end, and CONNACK
 * (section 4.12). It is a stranger for so long, time-out included.
 */
export class Login {
  readonly authentication: Authentication
  /** The body of CONNECT. */
  readonly kept: Buffer
  /** Undefined while it goes on. */
  verdict: Verdict | undefined
  /** What CONNACK says of it [MQTT-4.12.0-5]. */
  proof: Properties = {}
  /** Why it was refused, where there is more to say than the code does. */
  why: string | undefined
  readonly #sink: Sink
  readonly #maximumPacketBytes: number

  constructor(body: Buffer, { properties }: Connect, { authentication, sink }: LoginParts) {
    this.authentication = authentication
    this.#sink = sink
    this.#maximumPacketBytes = properties.maximumPacketBytes ?? Infinity
    const isLong = body.length > limits.connectKeptBytes
    this.kept = isLong ? NOTHING : Buffer.from(body)
    this.#take(isLong ? TOO_LONG : authentication.begin(properties.authenticationData))
  }

  /** Until CONNACK a client sends nothing but AUTH, and DISCONNECT, which its connection takes [MQTT-3.1.2-30]. */
  packet(first: number, body: Buffer): void {
    if (first !== AUTH) throw protocolError('neither AUTH nor DISCONNECT before CONNACK')
    this.#take(this.authentication.next(decodeAuth(body)))
  }

  #take(step: ExchangeStep): void {
    switch (step.kind) {
      case 'continue': {
        const packet = this.authentication.packet(step)
        if (packet.length > this.#maximumPacketBytes) this.#take(NO_ROOM_FOR_AUTH)
        else this.#sink.write(packet)
        return
      }
      case 'admitted':
        this.verdict = step.identity
        this.proof = this.authentication.properties(step.data)
        return
      case 'refused':
        this.verdict = step.code
        this.why = step.why
    }
  }
}

const NOTHING = Buffer.alloc(0)
const AUTH = packetType.auth << 4

const TOO_LONG: ExchangeStep = {
  kind: 'refused',
  code: reason.packetTooLarge,
  why: `a CONNECT that names a method has at most ${limits.connectKeptBytes} bytes`,
}

const NO_ROOM_FOR_AUTH: ExchangeStep = {
  kind: 'refused',
  code: reason.packetTooLarge,
  why: 'AUTH is above the Maximum Packet Size of the client', // [MQTT-3.1.2-24]
}
