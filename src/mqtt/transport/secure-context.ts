import { X509Certificate, constants } from 'node:crypto'
import { type SecureContextOptions, type Server, createSecureContext } from 'node:tls'

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

export interface TlsSettings {
  readonly minimumVersion: TlsVersion
  /** `optional`: whoever shows one must show a valid one. */
  readonly clientCertificates: 'none' | 'optional' | 'required'
}

/** In PEM, as they stand in their files. */
export interface Credentials {
  /** The server's own, with those between it and its CA behind it. */
  readonly certificate: Buffer
  readonly key: Buffer
  /** The CAs whose signature makes a client's certificate valid. */
  readonly clientCa: Buffer | undefined
}

export interface SecureOptions extends SecureContextOptions {
  readonly requestCert: boolean
  readonly rejectUnauthorized: boolean
}

/** What TLS and HTTPS servers are made with. Throws what OpenSSL says where the credentials are not good. */
export function secureOptions(settings: TlsSettings, credentials: Credentials): SecureOptions {
  const options = contextOptions(settings, credentials)
  createSecureContext(options)
  if (credentials.clientCa !== undefined) new X509Certificate(credentials.clientCa)
  return {
    ...options,
    requestCert: settings.clientCertificates !== 'none',
    rejectUnauthorized: settings.clientCertificates === 'required',
  }
}

/** For handshakes from now on; connections that are there stay. Throws, and changes nothing, where they are not good. */
export function renewCredentials(
  server: Server,
  settings: TlsSettings,
  credentials: Credentials,
): void {
  server.setSecureContext(secureOptions(settings, credentials))
}

/** When the server's certificate ends, in seconds since 1970. */
export function expirySeconds({ certificate }: Credentials): number {
  return Math.floor(Date.parse(new X509Certificate(certificate).validTo) / 1000)
}

function contextOptions(
  { minimumVersion }: TlsSettings,
  { certificate, key, clientCa }: Credentials,
): SecureContextOptions {
  return {
    cert: certificate,
    key,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
    minVersion: minimumVersion,
    ciphers: CIPHERS,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  }
}

/** All of TLS 1.3; of TLS 1.2 those with forward secrecy and authenticated encryption (RFC 9325, 4.2). */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')
