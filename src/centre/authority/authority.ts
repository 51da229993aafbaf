import { X509Certificate, createPublicKey } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { writeDurably } from '../../edge/fleet/durable-file.ts'
import {
  type KeyPair,
  type RevokedSerial,
  issueCertificate,
  issueRevocations,
  makeAuthority,
  makeKey,
} from '../../fleet/certificates.ts'

const NAME = 'Busbar centre CA'
/** Of the server: a certificate whose subject is its issuer would be taken for a CA's own. */
const SERVER = 'Busbar centre'
const DAY_MS = 86_400_000
/** The clock of a broker may be behind. */
const CLOCKS_MS = 3_600_000

/**
 * The CA of a centre, in a folder of its own: `ca.pem` and `ca.key`, and `server.pem` with the key for its HTTP and MQTT. It is made when the folder has none; whoever has
 * `ca.key` can make certificates for every site.
 */
export class Authority {
  readonly certificate: string
  /** Of the server, and the CA behind it; with its key. */
  readonly server: KeyPair
  readonly #key: string

  /** `names`: hosts and addresses by which sites reach this centre. */
  static async open(folder: string, names: readonly string[]): Promise<Authority> {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const own = await ownPair(folder)
      return new Authority(own, await serverPair(folder, { own, names }))
    } catch (cause) {
      if (cause instanceof GridError) throw cause
      const text = `the authority in ${folder}: ${errorText(cause)}`
      throw new GridError('input', text, { cause })
    }
  }

  private constructor(own: KeyPair, server: KeyPair) {
    this.certificate = own.certificate
    this.#key = own.key
    this.server = server
  }

  /** SHA-256 of the certificate: whoever is told it out of band knows whom he talks to. */
  get fingerprint(): string {
    return new X509Certificate(this.certificate).fingerprint256.replaceAll(':', '').toLowerCase()
  }

  /** `serial`: by which it is revoked; it stands in the certificate as a name. */
  async issue(
    { site, serial, nowMs }: { site: string; serial: string; nowMs: number },
    publicKey: ReturnType<typeof createPublicKey>,
  ): Promise<KeyPair['certificate']> {
    const altNames = [serialName(serial)]
    const toMs = nowMs + limits.siteCertificateDays * DAY_MS
    // Clocks of sites may be behind.
    const terms = { name: site, altNames, usage: 'client', fromMs: nowMs - DAY_MS, toMs } as const
    const { certificate } = this
    return issueCertificate(terms, publicKey, { certificate, key: this.#key, name: NAME })
  }

  /** For a broker that is another program, which knows nothing of the centre's database. */
  async revocations(revoked: readonly RevokedSerial[], nowMs: number): Promise<string> {
    const toMs = nowMs + limits.revocationListDays * DAY_MS
    // Seconds since 1970 rise, as numbers of lists have to.
    const terms = { number: Math.floor(nowMs / 1000), fromMs: nowMs - CLOCKS_MS, toMs }
    const { certificate } = this
    return issueRevocations(revoked, terms, { certificate, key: this.#key, name: NAME })
  }
}

export function serialName(serial: string): string {
  return `urn:busbar:certificate:${serial}`
}

async function ownPair(folder: string): Promise<KeyPair> {
  const paths = { certificate: join(folder, 'ca.pem'), key: join(folder, 'ca.key') }
  if (existsSync(paths.key) && existsSync(paths.certificate)) return readPair(paths)
  const nowMs = Date.now()
  const made = await makeAuthority(NAME, nowMs - DAY_MS, nowMs + limits.authorityDays * DAY_MS)
  writeDurably(paths.key, made.key, 0o600)
  writeDurably(paths.certificate, made.certificate)
  return made
}

/** Made anew where it ends soon, or is of other names. */
async function serverPair(
  folder: string,
  { own, names }: { readonly own: KeyPair; readonly names: readonly string[] },
): Promise<KeyPair> {
  const paths = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') }
  const nowMs = Date.now()
  if (existsSync(paths.key) && existsSync(paths.certificate)) {
    const pair = readPair(paths)
    const { validTo, subjectAltName = '' } = new X509Certificate(pair.certificate)
    const isFresh = Date.parse(validTo) - nowMs > (limits.serverCertificateDays / 3) * DAY_MS
    if (isFresh && names.every((name) => subjectAltName.includes(name))) return pair
  }
  const key = makeKey()
  const toMs = nowMs + limits.serverCertificateDays * DAY_MS
  const terms = { name: SERVER, altNames: names, fromMs: nowMs - DAY_MS, toMs }
  const leaf = await issueCertificate({ ...terms, usage: 'server' }, createPublicKey(key), {
    ...own,
    name: NAME,
  })
  const certificate = `${leaf}${own.certificate}`
  writeDurably(paths.key, key, 0o600)
  writeDurably(paths.certificate, certificate)
  return { certificate, key }
}

function readPair(paths: { readonly certificate: string; readonly key: string }): KeyPair {
  return {
    certificate: readFileSync(paths.certificate, 'utf8'),
    key: readFileSync(paths.key, 'utf8'),
  }
}
