import { type KeyObject, sign, verify } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { GridError, errorCode } from '../../core/errors.ts'
import type { LogKey } from './log-key.ts'

/** The end of the chain at some time: whoever has it knows every row up to it. */
export interface Head {
  readonly number: number
  readonly hash: string
  /** Microseconds. */
  readonly time: number
}

export interface SignedHead extends Head {
  /** Ed25519 over `headText`, in base64. */
  readonly signature: string
}

export function signHead(head: Head, { secret }: LogKey): SignedHead {
  return { ...head, signature: signText(headText(head), secret) }
}

export function isSignedHead(head: SignedHead, key: KeyObject): boolean {
  return isSignedText(headText(head), head.signature, key)
}

function headText({ number, hash, time }: Head): string {
  return JSON.stringify(['head', number, hash, time])
}

export function signText(text: string, secret: KeyObject): string {
  return sign(null, Buffer.from(text), secret).toString('base64')
}

export function isSignedText(text: string, signature: string, key: KeyObject): boolean {
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
}

/**
 * The head of the log in a file of its own, written after every commit: an old `policy.db` put in place of the newer one, or a shorter
 * one, no longer fits to it. It protects as far as it lies elsewhere; a site can name a path on another disk.
 */
export function readAnchor(path: string): SignedHead | undefined {
  try {
    return decodeHead(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw new GridError('corrupt', `${path}: this is no head of a decision log`, { cause })
  }
}

/** Whole or not at all: a power cut leaves the one before. */
export function writeAnchor(path: string, head: SignedHead): void {
  const part = `${path}.part`
  const file = openSync(part, 'w', 0o600)
  try {
    writeSync(file, `${JSON.stringify(head)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(part, path)
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

export function decodeHead(value: unknown): SignedHead {
  if (typeof value === 'object' && value !== null) {
    const { number, hash, time, signature } = value as Record<string, unknown>
    if (
      typeof number === 'number' &&
      typeof hash === 'string' &&
      typeof time === 'number' &&
      typeof signature === 'string'
    ) {
      return { number, hash, time, signature }
    }
  }
  throw new GridError('corrupt', 'a head has number, hash, time and signature')
}
