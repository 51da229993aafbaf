import {
  type KeyObject,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  webcrypto,
} from 'node:crypto'
import { Integer, OctetString, Utf8String } from 'asn1js'
import {
  AltName,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  CertificateRevocationList,
  CertificationRequest,
  ExtKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  PublicKeyInfo,
  type RelativeDistinguishedNames,
  RevokedCertificate,
  Time,
} from 'pkijs'
import { GridError } from '../core/errors.ts'

/** A certificate and the private key that it was made with, in PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

export interface CertificateTerms {
  /** Of the subject. */
  readonly name: string
  /** Names of hosts, addresses of IPv4, or URIs. */
  readonly altNames: readonly string[]
  readonly usage: 'authority' | 'server' | 'client'
  readonly fromMs: number
  readonly toMs: number
}

/** Of P-256: small, and everywhere. */
export function makeKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export async function makeAuthority(name: string, fromMs: number, toMs: number): Promise<KeyPair> {
  const key = makeKey()
  const terms = { name, altNames: [], usage: 'authority', fromMs, toMs } as const
  const certificate = await sign(terms, { publicKey: createPublicKey(key), key, issuer: name })
  return { certificate, key }
}

/** For whoever has the private half of `publicKey`. */
export async function issueCertificate(
  terms: CertificateTerms,
  publicKey: KeyObject,
  authority: KeyPair & { readonly name: string },
): Promise<string> {
  return sign(terms, { publicKey, key: authority.key, issuer: authority.name })
}

/** A request that shows that whoever asks has the private key (PKCS #10). */
export async function makeRequest(name: string, key: string): Promise<string> {
  const request = new CertificationRequest()
  addName(request.subject, name)
  request.subjectPublicKeyInfo = publicInfo(createPublicKey(key))
  await request.sign(await signingKey(key), HASH)
  return pem('CERTIFICATE REQUEST', request.toSchema(true).toBER())
}

/** The key that a certificate is asked for. @throws GridError `input` for what is no request, or not signed with that key. */
export async function readRequest(text: string): Promise<KeyObject> {
  try {
    const request = CertificationRequest.fromBER(derOf(text))
    if (await request.verify()) {
      const der = Buffer.from(request.subjectPublicKeyInfo.toSchema().toBER())
      const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
      if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
    }
  } catch (cause) {
    throw new GridError('input', 'this is no request for a certificate', { cause })
  }
  throw new GridError('input', 'a request for a certificate is signed with its own key, of P-256')
}

export interface RevokedSerial {
  /** Of the certificate, in hexadecimal. */
  readonly serialNumber: string
  readonly revokedMs: number
}

/** A list of certificates that are good no more (X.509 CRL, version 2), which is itself good until `toMs`. */
export async function issueRevocations(
  revoked: readonly RevokedSerial[],
  { number, fromMs, toMs }: { number: number; fromMs: number; toMs: number },
  authority: KeyPair & { readonly name: string },
): Promise<string> {
  const list = new CertificateRevocationList()
  list.version = 1 // The second.
  addName(list.issuer, authority.name)
  list.thisUpdate = timeOf(fromMs)
  list.nextUpdate = timeOf(toMs)
  if (revoked.length > 0)
    list.revokedCertificates = revoked.map(({ serialNumber, revokedMs }) => {
      const valueHex = bufferOf(Buffer.from(serialNumber, 'hex'))
      const userCertificate = new Integer({ valueHex })
      return new RevokedCertificate({ userCertificate, revocationDate: timeOf(revokedMs) })
    })
  const own = new Integer({ valueHex: bufferOf(Buffer.from(`00${evenHex(number)}`, 'hex')) })
  list.crlExtensions = new Extensions({ extensions: [extension('2.5.29.20', own.toBER(), false)] })
  await list.sign(await signingKey(authority.key), HASH)
  return pem('X509 CRL', list.toSchema(true).toBER())
}

function evenHex(number: number): string {
  const digits = number.toString(16)
  return digits.length % 2 === 0 ? digits : `0${digits}`
}

/** As UTCTime, which a CRL has to have before 2050. */
function timeOf(ms: number): Time {
  return new Time({ type: 0, value: new Date(ms) })
}

async function sign(
  { name, altNames, usage, fromMs, toMs }: CertificateTerms,
  by: { readonly publicKey: KeyObject; readonly key: string; readonly issuer: string },
): Promise<string> {
  const certificate = new Certificate()
  certificate.version = 2 // The third, X.509 counts from 0.
  certificate.serialNumber = new Integer({ valueHex: serialNumber() })
  addName(certificate.issuer, by.issuer)
  addName(certificate.subject, name)
  certificate.notBefore.value = new Date(fromMs)
  certificate.notAfter.value = new Date(toMs)
  certificate.subjectPublicKeyInfo = publicInfo(by.publicKey)
  const isAuthority = usage === 'authority'
  const constraints = new BasicConstraints({ cA: isAuthority })
  const extensions = [extension('2.5.29.19', constraints.toSchema().toBER(), isAuthority)]
  if (usage !== 'authority') {
    const purpose = usage === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2'
    const purposes = new ExtKeyUsage({ keyPurposes: [purpose] })
    extensions.push(extension('2.5.29.37', purposes.toSchema().toBER(), false))
    const names = new AltName({ altNames: altNames.map(generalName) })
    extensions.push(extension('2.5.29.17', names.toSchema().toBER(), false))
  }
  certificate.extensions = extensions
  await certificate.sign(await signingKey(by.key), HASH)
  return pem('CERTIFICATE', certificate.toSchema(true).toBER())
}

const HASH = 'SHA-256'

function extension(extnID: string, extnValue: ArrayBuffer, critical: boolean): Extension {
  return new Extension({ extnID, critical, extnValue })
}

function addName(names: RelativeDistinguishedNames, name: string): void {
  const commonName = new Utf8String({ value: name })
  names.typesAndValues.push(new AttributeTypeAndValue({ type: '2.5.4.3', value: commonName }))
}

function generalName(name: string): GeneralName {
  const bytes = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) ? name.split('.').map(Number) : undefined
  if (bytes !== undefined)
    return new GeneralName({ type: 7, value: new OctetString({ valueHex: bufferOf(bytes) }) })
  return new GeneralName({ type: name.includes(':') ? 6 : 2, value: name })
}

/** 127 bits by chance: positive, and nobody's but this one's. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bufferOf(bytes)
}

function bufferOf(bytes: Iterable<number>): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}

function publicInfo(key: KeyObject): PublicKeyInfo {
  return PublicKeyInfo.fromBER(bufferOf(key.export({ type: 'spki', format: 'der' })))
}

async function signingKey(key: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' })
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

function pem(kind: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`
}

function derOf(text: string): ArrayBuffer {
  return bufferOf(Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'))
}
