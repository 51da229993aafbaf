import { limits } from '../core/limits.ts'
import { isDigest } from './set.ts'

/** A site asks for a piece of some content by its digest, or for another certificate. */
export type Request =
  | { readonly kind: 'read'; readonly digest: string; readonly offset: number }
  | {
      readonly kind: 'renew'
      readonly csr: string
      readonly proof: string
      readonly serial: string
    }

export function encodeRequest(request: Request): Uint8Array {
  return Buffer.from(JSON.stringify(request))
}

/** Undefined: it is none. */
export function decodeRequest(bytes: Uint8Array): Request | undefined {
  if (bytes.length > limits.fleetRequestBytes) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const { kind, digest, offset, csr, proof, serial } = {
      ...(value as Record<string, unknown> | null),
    }
    if (kind === 'read' && isDigest(digest) && Number.isSafeInteger(offset) && Number(offset) >= 0)
      return { kind, digest, offset: Number(offset) }
    const isRenewal = typeof csr === 'string' && typeof proof === 'string'
    if (kind === 'renew' && isRenewal && typeof serial === 'string')
      return { kind, csr, proof, serial }
    return undefined
  } catch {
    return undefined
  }
}

export type Answer =
  | {
      readonly kind: 'piece'
      readonly digest: string
      readonly offset: number
      readonly total: number
      readonly bytes: Uint8Array
    }
  /** The centre has no such content for this site. */
  | { readonly kind: 'nothing'; readonly digest: string }
  | { readonly kind: 'certificate'; readonly pem: string }
  | { readonly kind: 'refused'; readonly why: string }

const PIECE = 1
const NOTHING = 2
const CERTIFICATE = 3
const REFUSED = 4
const PIECE_HEAD = 1 + 32 + 4 + 4

/** A byte that says which, then: digest (32), offset and total (u32, little endian) and bytes; digest; PEM; or a text. */
export function encodeAnswer(answer: Answer): Uint8Array {
  switch (answer.kind) {
    case 'piece': {
      const head = Buffer.alloc(PIECE_HEAD)
      head[0] = PIECE
      head.write(answer.digest, 1, 'hex')
      head.writeUInt32LE(answer.offset, 33)
      head.writeUInt32LE(answer.total, 37)
      return Buffer.concat([head, answer.bytes])
    }
    case 'nothing':
      return Buffer.concat([Buffer.of(NOTHING), Buffer.from(answer.digest, 'hex')])
    case 'certificate':
      return Buffer.concat([Buffer.of(CERTIFICATE), Buffer.from(answer.pem)])
    case 'refused':
      return Buffer.concat([Buffer.of(REFUSED), Buffer.from(answer.why)])
  }
}

/** Undefined: it is none. */
export function decodeAnswer(given: Uint8Array): Answer | undefined {
  const bytes = Buffer.from(given)
  const rest = bytes.subarray(1)
  const [kind = 0] = bytes
  switch (kind) {
    case PIECE:
      if (bytes.length < PIECE_HEAD) return undefined
      return {
        kind: 'piece',
        digest: bytes.toString('hex', 1, 33),
        offset: bytes.readUInt32LE(33),
        total: bytes.readUInt32LE(37),
        bytes: bytes.subarray(PIECE_HEAD),
      }
    case NOTHING:
      return rest.length === 32 ? { kind: 'nothing', digest: rest.toString('hex') } : undefined
    case CERTIFICATE:
      return { kind: 'certificate', pem: rest.toString('utf8') }
    case REFUSED:
      return { kind: 'refused', why: rest.toString('utf8') }
    default:
      return undefined
  }
}
