import { readFileSync, statSync } from 'node:fs'
import { GridError, errorCode, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Credentials } from '../mqtt/transport/secure-context.ts'

export interface CredentialPaths {
  readonly certificate: string
  readonly key: string
  readonly clientCa: string | undefined
}

export interface CredentialUse {
  /** Takes them into use, or throws and keeps those it has. */
  renew(credentials: Credentials): void
  /** Told in one sentence that new files are no good, and when they are good again. */
  warn(text: string): void
}

/** The files that a TLS listener's certificate comes from. Looked at from time to time, read again when one of them has changed. */
export class CredentialFiles {
  readonly #paths: CredentialPaths
  readonly #use: CredentialUse
  /** Of the files that were read last, good or bad. */
  #readStamp: string
  #lastStamp: string
  #fault = ''

  /** @throws GridError `input` that names the file. */
  static read(paths: CredentialPaths): Credentials {
    const { clientCa } = paths
    return {
      certificate: readFile(paths.certificate),
      key: readFile(paths.key),
      clientCa: clientCa === undefined ? undefined : readFile(clientCa),
    }
  }

  constructor(paths: CredentialPaths, use: CredentialUse) {
    this.#paths = paths
    this.#use = use
    this.#readStamp = this.#stamp()
    this.#lastStamp = this.#readStamp
  }

  /** Why the files as they are now are not in use; empty: they are. */
  get fault(): string {
    return this.#fault
  }

  /** Certificate and key are seldom replaced in one moment, so they are read when nothing has moved since the last look. */
  look(): void {
    const stamp = this.#stamp()
    const isSettled = stamp === this.#lastStamp
    this.#lastStamp = stamp
    if (!isSettled || stamp === this.#readStamp) return
    this.#readStamp = stamp
    try {
      this.#use.renew(CredentialFiles.read(this.#paths))
      if (this.#fault !== '') this.#use.warn(`${this.#paths.certificate}: in use again`)
      this.#fault = ''
    } catch (cause) {
      this.#fault = cause instanceof GridError ? cause.message : faultText(this.#paths, cause)
      this.#use.warn(`${this.#fault}; the certificate in use stays`)
    }
  }

  #stamp(): string {
    const { certificate, key, clientCa } = this.#paths
    return [certificate, key, clientCa].map(stampOf).join(' ')
  }
}

/** The words of OpenSSL say what is wrong, but not with which file. */
export function credentialsError(paths: CredentialPaths, cause: unknown): GridError {
  return new GridError('input', faultText(paths, cause), {
    hint: 'openssl x509 -in FILE -noout -text shows a certificate; the key must be the one it was made with.',
    cause,
  })
}

function faultText({ certificate, key, clientCa }: CredentialPaths, cause: unknown): string {
  const files = [certificate, key, ...(clientCa === undefined ? [] : [clientCa])]
  return `${files.join(', ')} cannot be used (${errorText(cause)})`
}

function readFile(path: string): Buffer {
  try {
    if (statSync(path).size > limits.certificateFileBytes) {
      throw new GridError('input', `${path}: more than ${limits.certificateFileBytes} bytes`)
    }
    return readFileSync(path)
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    const why =
      errorCode(cause) === 'ENOENT' ? 'no such file' : `cannot be read (${errorCode(cause)})`
    throw new GridError('input', `${path}: ${why}`, { cause })
  }
}

/** Changes whenever the file is written, or another is put in its place. */
function stampOf(path: string | undefined): string {
  if (path === undefined) return ''
  try {
    const { mtimeNs, ino, size } = statSync(path, { bigint: true })
    return `${mtimeNs}/${ino}/${size}`
  } catch (cause) {
    return errorCode(cause)
  }
}
