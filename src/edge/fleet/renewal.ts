import { X509Certificate, createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Answer, encodeRequest } from '../../fleet/transfer.ts'
import type { UplinkSettings } from '../site/uplink.ts'
import { writeDurably } from './durable-file.ts'

export interface RenewalParts {
  readonly site: string
  readonly settings: Pick<UplinkSettings, 'certificate' | 'key'>
  readonly request: (bytes: Uint8Array) => void
  readonly warn: (text: string) => void
}

/**
 * Asks for another certificate in good time, over the connection that the one before has opened. It is for certificates that stand in one file with their key, as `busbar edge
 * enroll` makes them: the two change in one moment. The next connection is made with the new one.
 */
export class Renewal {
  readonly #parts: RenewalParts
  readonly #path: string | undefined
  /** Of the certificate that was asked for. */
  #key: string | undefined
  #askedMs = -Infinity

  constructor(parts: RenewalParts) {
    this.#parts = parts
    const { certificate, key } = parts.settings
    this.#path = certificate === key ? certificate : undefined
  }

  /** `nowMs`: since 1970. */
  async look(nowMs: number): Promise<void> {
    if (this.#path === undefined || nowMs - this.#askedMs < limits.renewalAgainMs) return
    this.#askedMs = nowMs
    try {
      const text = readFileSync(this.#path, 'utf8')
      const own = new X509Certificate(text)
      const endMs = Date.parse(own.validTo)
      const isDue = endMs - nowMs < (endMs - Date.parse(own.validFrom)) / 3
      if (isDue) await this.#ask(text, own)
    } catch (thrown) {
      this.#complain(errorText(thrown))
    }
  }

  answered(answer: Answer): void {
    if (answer.kind === 'refused' && this.#key !== undefined) this.#complain(answer.why)
    if (answer.kind !== 'certificate' || this.#key === undefined || this.#path === undefined) return
    try {
      if (!new X509Certificate(answer.pem).checkPrivateKey(createPrivateKey(this.#key)))
        return this.#complain('what came is for another key')
      writeDurably(this.#path, `${answer.pem}${this.#key}`, 0o600)
      this.#key = undefined
    } catch (thrown) {
      this.#complain(errorText(thrown))
    }
  }

  /** That it is this site is shown with the key of the certificate that stands. */
  async #ask(text: string, own: X509Certificate): Promise<void> {
    const serial = /urn:busbar:certificate:([0-9a-f]{32})/.exec(own.subjectAltName ?? '')?.[1]
    if (serial === undefined) return
    // Loaded once in a year.
    const { makeKey, makeRequest } = await import('../../fleet/certificates.ts')
    this.#key = makeKey()
    const csr = await makeRequest(this.#parts.site, this.#key)
    const proof = sign('sha256', Buffer.from(csr), createPrivateKey(text)).toString('base64')
    this.#parts.request(encodeRequest({ kind: 'renew', csr, proof, serial }))
  }

  #complain(why: string): void {
    this.#key = undefined
    this.#parts.warn(`The certificate of this site is not renewed: ${why}.`)
  }
}
