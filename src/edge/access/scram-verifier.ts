import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { limits } from '../../core/limits.ts'

/** What a server keeps of a password for SCRAM-SHA-256: enough to know who has it, not enough to log in with. */
export interface ScramVerifier {
  readonly iterations: number
  readonly salt: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** 256 random bits need no more than the least that RFC 7677 allows, and the client that counts them out may be a small one. */
export const GENERATED_ITERATIONS = 4096

/** A password that a person chose can be guessed: OWASP's least for PBKDF2, a fifth of a second of the client's time. */
export const CHOSEN_ITERATIONS = 600_000

/**
 * As PostgreSQL writes it: `SCRAM-SHA-256$4096:SALT$STOREDKEY:SERVERKEY`. Undefined where the password is more than printable
 * ASCII: clients do not agree on how to prepare such a one (SASLprep), and many do not at all.
 */
export function scramVerifier(password: string, iterations: number): string | undefined {
  if (!/^[\x20-\x7e]+$/.test(password)) return undefined
  const salt = randomBytes(SALT_BYTES)
  const salted = pbkdf2Sync(password, salt, iterations, KEY_BYTES, 'sha256')
  const storedKey = sha256(hmac(salted, 'Client Key'))
  const keys = [storedKey, hmac(salted, 'Server Key')].map((key) => key.toString('base64'))
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${keys.join(':')}`
}

/** Undefined: not of that form, or with fewer rounds than RFC 7677 allows, or more than a client can be asked for. */
export function parseVerifier(text: string): ScramVerifier | undefined {
  const [, rounds = '', salt = '', stored = '', server = ''] = FORM.exec(text) ?? []
  const iterations = Number(rounds)
  const isSound = iterations >= GENERATED_ITERATIONS && iterations <= limits.scramIterations
  if (!isSound || salt.length % 4 !== 0) return undefined
  return {
    iterations,
    salt: Buffer.from(salt, 'base64'),
    storedKey: Buffer.from(stored, 'base64'),
    serverKey: Buffer.from(server, 'base64'),
  }
}

/**
 * For a name that has none: it looks like one of ours, is the same whenever it is asked for, and no password fits. `key`: kept
 * for good, or a restart would tell the names that are from those that are not.
 */
export function decoyVerifier(name: string, key: Uint8Array): ScramVerifier {
  const salt = hmac(key, `salt ${name}`)
  return {
    iterations: (salt.at(-1) ?? 0) < 128 ? GENERATED_ITERATIONS : CHOSEN_ITERATIONS,
    salt: salt.subarray(0, SALT_BYTES),
    storedKey: hmac(key, `stored ${name}`),
    serverKey: hmac(key, `server ${name}`),
  }
}

export function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

const SALT_BYTES = 16
const KEY_BYTES = 32
/** A salt of 8 to 64 bytes, keys of 32. */
const FORM =
  /^SCRAM-SHA-256\$(\d{4,7}):([A-Za-z0-9+/]{10,86}={0,2})\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)$/
