import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { GridError, errorCode, errorText } from '../../core/errors.ts'

/** The Ed25519 key that the ends of the log and certificates are signed with. It is made once and never leaves the data folder. */
export interface LogKey {
  readonly secret: KeyObject
  readonly public: KeyObject
}

const KEY_FILE = 'policy-key.pem'

/** Made where there is none, readable by nobody else. */
export function openLogKey(directory: string): LogKey {
  const path = join(directory, KEY_FILE)
  try {
    return readLogKey(directory)
  } catch (thrown) {
    if (!(thrown instanceof GridError) || thrown.code !== 'not-found') throw thrown
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  writeDurably(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  return readLogKey(directory)
}

export function readLogKey(directory: string): LogKey {
  const path = join(directory, KEY_FILE)
  try {
    const secret = createPrivateKey(readFileSync(path))
    return { secret, public: createPublicKey(secret) }
  } catch (cause) {
    const isMissing = errorCode(cause) === 'ENOENT'
    const why = isMissing ? 'no such file' : errorText(cause)
    throw new GridError(isMissing ? 'not-found' : 'corrupt', `${path}: ${why}`, {
      hint: 'An edge makes it with its first decision; without it nothing can be signed or verified.',
      cause,
    })
  }
}

/** SHA-256 of the public key: what an auditor notes down when the edge is commissioned. */
export function fingerprint(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

export function publicPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
