import type { Exchange, ExchangeStep, Identity } from '../../mqtt/ports.ts'
import { reason } from '../../mqtt/reasons.ts'
import type { LoginThrottle } from '../../core/login-throttle.ts'
import type { ScramVerifier } from './scram-verifier.ts'
import { ScramServer } from './scram.ts'

export interface ScramLoginParts {
  readonly candidate: (name: string) => ScramCandidate
  readonly throttle: LoginThrottle
  /** Where it comes from, for the throttle. */
  readonly address: string
  /** In ms since 1970. */
  readonly now: () => number
}

/** Whoever the name stands for; also of nobody, so that names cannot be told apart before the proof fails. */
export interface ScramCandidate {
  readonly person: Identity | undefined
  readonly verifier: ScramVerifier
  /** May come in from where it does, as what it does. */
  readonly isAllowed: boolean
}

/**
 * A login by SCRAM-SHA-256, by the rules for passwords. It costs the server some hashes and no thread, so the verdict is there at
 * once; what a guess costs is counted by the throttle, which is asked when the proof has come: many conversations may be open.
 */
export class ScramLogin implements Exchange {
  readonly #parts: ScramLoginParts
  readonly #server: ScramServer
  #candidate: ScramCandidate | undefined

  constructor(nonce: string, parts: ScramLoginParts) {
    this.#parts = parts
    this.#server = new ScramServer(nonce, (name) => {
      this.#candidate = parts.candidate(name)
      return this.#candidate.verifier
    })
  }

  step(data: Uint8Array): ExchangeStep {
    const step = this.#server.step(data)
    if (step.kind === 'continue') return step
    if (step.kind === 'malformed')
      return { kind: 'refused', code: reason.notAuthorised, why: step.why }
    const { throttle, address, now } = this.#parts
    const attempt = { address, name: step.name }
    if (throttle.refuses(attempt, now())) return refused(reason.connectionRateExceeded)
    const { person, isAllowed } = this.#candidate ?? {}
    if (step.kind === 'wrong' || person === undefined) {
      throttle.failure(attempt, now())
      return refused(reason.badUserNameOrPassword)
    }
    throttle.success(attempt)
    if (isAllowed !== true) return refused(reason.notAuthorised)
    return { kind: 'admitted', identity: person, data: step.data }
  }
}

function refused(code: number): ExchangeStep {
  return { kind: 'refused', code }
}
