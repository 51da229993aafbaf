import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GridError, errorText } from '../../core/errors.ts'
import { PROGRAM_FOLDER } from '../../core/program-folder.ts'
import { DeviceStore } from '../../edge/access/device-store.ts'
import { GENERATED, hashPassword } from '../../core/password-hash.ts'

const OPEN = fileURLToPath(new URL('examples/open.yaml', PROGRAM_FOLDER))
/** As many as the largest workload has. */
const DEVICES = 1000

export interface SiteWishes {
  /** Devices connect over TLS. */
  readonly tls: boolean
  /** Devices log in, and may use their own topics only. */
  readonly access: boolean
  /** Lines that the site file has besides. */
  readonly extra?: string
}

export interface BenchSite {
  readonly path: string
  /** Signed by itself, so it is its own CA; undefined: no TLS. */
  readonly certificate: Buffer | undefined
  /** Of every device, whose name is its user name; undefined: nobody is asked. */
  readonly secret: string | undefined
}

/** A site for the edge that is measured, with what it needs in the data folder `folder`. */
export function writeSite(folder: string, { tls, access, extra = '' }: SiteWishes): BenchSite {
  if (!tls && !access && extra === '')
    return { path: OPEN, certificate: undefined, secret: undefined }
  const path = join(folder, 'site.yaml')
  const site = access ? NAMED : readFileSync(OPEN, 'utf8')
  writeFileSync(path, [site, tls ? LISTENER : '', extra, ''].join('\n'))
  const certificate = tls ? makeCertificate(folder) : undefined
  return { path, certificate, secret: access ? makeDevices(folder) : undefined }
}

const NAMED = `site: { id: bench, name: Bench, frequencyHz: 50, limits: gbt }
devices: [{ id: 'bench-{0..${DEVICES - 1}}', kind: meter }]
`
const LISTENER =
  'listeners: { tls: { address: 127.0.0.1:0, certificate: edge.pem, key: edge.key } }'

function makeCertificate(folder: string): Buffer {
  const certificate = join(folder, 'edge.pem')
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench -addext subjectAltName=IP:127.0.0.1`
  const files = ['-keyout', join(folder, 'edge.key'), '-out', certificate]
  try {
    execFileSync('openssl', [...words.split(' '), ...files], { stdio: 'pipe' })
  } catch (cause) {
    const text = `making a certificate with openssl: ${errorText(cause)}`
    throw new GridError('unreachable', text, { hint: 'Install openssl, or leave --tls.', cause })
  }
  return readFileSync(certificate)
}

function makeDevices(folder: string): string {
  const secret = randomBytes(32).toString('base64url')
  const hash = hashPassword(Buffer.from(secret), GENERATED)
  using devices = new DeviceStore(folder)
  for (let number = 0; number < DEVICES; number++) {
    devices.save(`bench-${number}`, { hash, scram: '' }, Date.now())
  }
  return secret
}
