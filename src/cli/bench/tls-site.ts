import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'

export interface TlsSite {
  readonly path: string
  /** Signed by itself, so it is its own CA. */
  readonly certificate: Buffer
}

/** The site file at `open` with a TLS listener on a free port, and a new certificate for it; both are put into `folder`. */
export function writeTlsSite(folder: string, open: string): TlsSite {
  const [path, certificate, key] = ['site.yaml', 'edge.pem', 'edge.key'].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench -addext subjectAltName=IP:127.0.0.1`
  try {
    execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', certificate], {
      stdio: 'pipe',
    })
  } catch (cause) {
    const text = `making a certificate with openssl: ${errorText(cause)}`
    throw new GridError('unreachable', text, { hint: 'Install openssl, or leave --tls.', cause })
  }
  const listener = `listeners: { tls: { address: 127.0.0.1:0, certificate: edge.pem, key: edge.key } }`
  writeFileSync(path, `${readFileSync(open, 'utf8')}\n${listener}\n`)
  return { path, certificate: readFileSync(certificate) }
}
