import { isUtf8 } from 'node:buffer'
import { timingSafeEqual } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import { type ScramVerifier, hmac, sha256 } from './scram-verifier.ts'

export type ScramStep =
  | { readonly kind: 'continue'; readonly data: Buffer }
  /** `data`: by which the server proves that it knows the verifier. */
  | { readonly kind: 'right'; readonly name: string; readonly data: Buffer }
  | { readonly kind: 'wrong'; readonly name: string }
  /** Not what RFC 5802 has a client say; `why` never quotes it. */
  | { readonly kind: 'malformed'; readonly why: string }

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding:
 *
 *     client  n,,n=NAME,r=NONCE
 *     server  r=NONCE+OURS,s=SALT,i=ITERATIONS
 *     client  c=biws,r=NONCE+OURS,p=PROOF
 *     server  v=SIGNATURE
 *
 * One conversation; it is over with whatever is not `continue`. `nonce`: fresh, printable and without a comma.
 */
export class ScramServer {
  readonly #nonce: string
  readonly #verifierOf: (name: string) => ScramVerifier
  #opened: Opened | undefined

  constructor(nonce: string, verifierOf: (name: string) => ScramVerifier) {
    this.#nonce = nonce
    this.#verifierOf = verifierOf
  }

  step(data: Uint8Array): ScramStep {
    if (data.length > limits.scramMessageBytes) return malformed('a message is too long')
    if (!isUtf8(data)) return malformed('a message is not UTF-8')
    const text = Buffer.from(data).toString()
    return this.#opened === undefined ? this.#open(text) : finish(text, this.#opened)
  }

  #open(text: string): ScramStep {
    const first = parseFirst(text)
    if (typeof first === 'string') return malformed(first)
    const { name, nonce, header, bare } = first
    const verifier = this.#verifierOf(name)
    const both = nonce + this.#nonce
    const salt = Buffer.from(verifier.salt).toString('base64')
    const answer = `r=${both},s=${salt},i=${verifier.iterations}`
    this.#opened = { name, nonce: both, header, verifier, messages: `${bare},${answer}` }
    return { kind: 'continue', data: Buffer.from(answer) }
  }
}

interface Opened {
  readonly name: string
  readonly nonce: string
  readonly header: string
  readonly verifier: ScramVerifier
  /** What both have said, as the proof covers it. */
  readonly messages: string
}

interface ClientFirst {
  readonly name: string
  readonly nonce: string
  /** The GS2 header, which comes again in the client's last message. */
  readonly header: string
  readonly bare: string
}

/** RFC 5802, section 7: client-first-message; a text says what is wrong with it. */
function parseFirst(text: string): ClientFirst | string {
  if (text.startsWith('p=')) return 'channel binding is not supported'
  const [, header = '', authority, bare = ''] = /^([ny],(?:a=([^,]+))?,)(.+)$/s.exec(text) ?? []
  if (header === '') return 'the first message has no GS2 header'
  if (bare.startsWith('m=')) return 'a mandatory extension is not supported'
  const [, escaped = '', nonce = ''] = BARE.exec(bare) ?? []
  const name = unescaped(escaped)
  if (name === undefined) return 'the first message has no user name and nonce'
  if (authority !== undefined && unescaped(authority) !== name) {
    return 'nobody may act for another: leave the authorization identity out'
  }
  return { name, nonce, header, bare }
}

/** The client's last message: its proof is `ClientKey XOR HMAC(StoredKey, messages)`, and `StoredKey` the hash of `ClientKey`. */
function finish(text: string, { name, nonce, header, verifier, messages }: Opened): ScramStep {
  const [, covered = '', binding, echoed, proof = ''] = FINAL.exec(text) ?? []
  if (covered === '') return malformed('the last message has no binding, nonce and proof')
  if (binding !== Buffer.from(header).toString('base64')) {
    return malformed('the last message has another GS2 header than the first')
  }
  if (echoed !== nonce) return malformed('the last message has another nonce')
  const all = `${messages},${covered}`
  const signature = hmac(verifier.storedKey, all)
  const clientKey = Buffer.from(proof, 'base64').map((byte, at) => byte ^ (signature[at] ?? 0))
  if (!timingSafeEqual(sha256(clientKey), verifier.storedKey)) return { kind: 'wrong', name }
  const answer = `v=${hmac(verifier.serverKey, all).toString('base64')}`
  return { kind: 'right', name, data: Buffer.from(answer) }
}

/** saslname: no comma and no equals sign but as `=2C` and `=3D`. */
function unescaped(text: string): string | undefined {
  if (!/^(?:[^=,\0]|=2C|=3D)+$/.test(text)) return undefined
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=')
}

function malformed(why: string): ScramStep {
  return { kind: 'malformed', why: `SCRAM: ${why}` }
}

/** Extensions that are not mandatory mean nothing to us. */
const BARE = /^n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,\0]+)*$/
const FINAL = /^(c=([^,]+),r=([^,]+)(?:,[A-Za-z]=[^,\0]+)*),p=([A-Za-z0-9+/]{43}=)$/
