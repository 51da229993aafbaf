import { type Auth, encodeAuth } from '../packet/auth.ts'
import type { Properties } from '../packet/properties.ts'
import type { Exchange, ExchangeStep } from '../ports.ts'
import { protocolError, reason } from '../reasons.ts'

/**
 * The authentication method of a client (section 4.12): an exchange with its CONNECT, and another whenever it begins again
 * (4.12.1), one at a time.
 */
export class Authentication {
  readonly #method: string
  readonly #open: () => Exchange | undefined
  #exchange: Exchange | undefined

  constructor(method: string, open: () => Exchange | undefined) {
    this.#method = method
    this.#open = open
  }

  /** `data`: of the packet that begins it. */
  begin(data: Uint8Array | undefined): ExchangeStep {
    this.#exchange = this.#open()
    return this.#step(data)
  }

  /** AUTH from the client, which names the method of CONNECT [MQTT-4.12.0-5] [MQTT-4.12.1-1]. */
  next({ reason: code, properties }: Auth): ExchangeStep {
    const { authenticationMethod, authenticationData } = properties
    if (authenticationMethod !== this.#method) throw protocolError('AUTH of another method')
    if (code === reason.reauthenticate) {
      if (this.#exchange !== undefined) throw protocolError('AUTH begins again before its end')
      return this.begin(authenticationData)
    }
    if (this.#exchange === undefined) throw protocolError('AUTH goes on with nothing')
    return this.#step(authenticationData)
  }

  /** Of AUTH and CONNACK [MQTT-4.12.0-5]. */
  properties(data: Uint8Array): Properties {
    return { authenticationMethod: this.#method, authenticationData: data }
  }

  /** More is needed [MQTT-4.12.0-2], or it has proved itself again. */
  packet(step: Exclude<ExchangeStep, { kind: 'refused' }>): Uint8Array {
    const code = step.kind === 'continue' ? reason.continueAuthentication : reason.success
    return encodeAuth({ reason: code, properties: this.properties(step.data) })
  }

  #step(data: Uint8Array = NOTHING): ExchangeStep {
    if (this.#exchange === undefined) return NO_METHOD
    const step = this.#exchange.step(data)
    if (step.kind !== 'continue') this.#exchange = undefined
    return step
  }
}

const NOTHING = new Uint8Array()
const NO_METHOD: ExchangeStep = { kind: 'refused', code: reason.badAuthenticationMethod } // [MQTT-4.12.0-1]
