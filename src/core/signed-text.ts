import { type KeyObject, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'

/** Who vouches for a text: a public key of Ed25519 as `publicText` has it, and its signature in base64. */
export interface Signature {
  readonly key: string
  readonly signature: string
}

/** `signingKey`: a private key of Ed25519 in PEM. Throws what OpenSSL says where it is none. */
export function signText(text: string, signingKey: string): Signature {
  const key = createPrivateKey(signingKey)
  const signature = sign(null, Buffer.from(text), key).toString('base64')
  return { key: publicText(createPublicKey(key)), signature }
}

export function isSigned(text: string, { key, signature }: Signature): boolean {
  try {
    const der = Buffer.from(key, 'base64')
    const own = createPublicKey({ key: der, type: 'spki', format: 'der' })
    if (own.asymmetricKeyType !== 'ed25519') return false
    return verify(null, Buffer.from(text), own, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** As it stands in packages, sets and site files: base64 of the SubjectPublicKeyInfo. */
export function publicText(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64')
}
