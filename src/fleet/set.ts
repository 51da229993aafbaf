import { createHash } from 'node:crypto'
import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { isSigned, signText } from '../core/signed-text.ts'

export const roles = ['site', 'policy', 'policy-signature', 'policy-examples', 'processor'] as const
export type Role = (typeof roles)[number]

export interface SetFile {
  readonly role: Role
  /** Of a site file the site, of a processor its name; empty: there is one for all. */
  readonly name: string
  readonly sha256: string
  readonly bytes: number
}

/** What some sites are to run. Site files are each for one site; policy and processors for all. */
export interface SetManifest {
  /** Rises: a site takes no set that is older than one that it had. */
  readonly revision: number
  /** For people. */
  readonly title: string
  /** For so long a site watches itself before it calls the set good. */
  readonly watchSeconds: number
  readonly files: readonly SetFile[]
}

export interface SignedSet {
  readonly manifest: SetManifest
  /** SHA-256 of the whole text, by which it is asked for. */
  readonly digest: string
  /** Public key whose signature is good. */
  readonly signer: string
  readonly text: string
}

/** A JSON object: `manifest` (a text, signed as it stands), `key` and `signature` (Ed25519, base64). */
export function signSet(manifest: SetManifest, signingKey: string): SignedSet {
  const body = JSON.stringify(manifest)
  const signed = { manifest: body, ...signText(body, signingKey) }
  return openSet(`${JSON.stringify(signed)}\n`, 'the set')
}

/** @throws GridError `input` for what is no set, or not signed as it says. Whether the signer is trusted is another question. */
export function openSet(text: string, path: string): SignedSet {
  if (Buffer.byteLength(text) > limits.setBytes)
    throw wrong(path, `has more than ${limits.setBytes} bytes`)
  const { manifest, key, signature } = fieldsOf(text, path)
  if (typeof manifest !== 'string' || typeof key !== 'string' || typeof signature !== 'string')
    throw wrong(path, 'has no manifest, or is not signed')
  if (!isSigned(manifest, { key, signature }))
    throw wrong(path, 'has a signature that is not of this manifest')
  return { manifest: parseManifest(manifest, path), digest: sha256(text), signer: key, text }
}

/** What of it one site needs. */
export function filesFor({ files }: SetManifest, site: string): readonly SetFile[] {
  return files.filter(({ role, name }) => role !== 'site' || name === site)
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)
}

function parseManifest(text: string, path: string): SetManifest {
  const { revision, title, watchSeconds, files } = fieldsOf(text, path)
  const isRevision = Number.isSafeInteger(revision) && (revision as number) > 0
  const isWatch = typeof watchSeconds === 'number' && watchSeconds >= 1 && watchSeconds <= 86_400
  if (!isRevision || !isWatch || typeof title !== 'string' || !Array.isArray(files))
    throw wrong(path, 'has a manifest that says too little')
  const parsed = files.map((file: unknown) => setFile(file) ?? faulty(path))
  const ids = new Set(parsed.map(({ role, name }) => `${role} ${name}`))
  if (ids.size < parsed.length) throw wrong(path, 'names one file twice')
  return { revision: revision as number, title, watchSeconds, files: parsed }
}

function setFile(value: unknown): SetFile | undefined {
  const { role, name, sha256: digest, bytes } = { ...(value as Record<string, unknown> | null) }
  const known = roles.find((each) => each === role)
  const hasRoom = Number.isSafeInteger(bytes) && (bytes as number) <= limits.setFileBytes
  if (known === undefined || !isDigest(digest) || !hasRoom || typeof name !== 'string')
    return undefined
  const isNamed = known === 'site' || known === 'processor'
  if (isNamed ? !/^[a-z0-9][a-z0-9-]{0,63}$/.test(name) : name !== '') return undefined
  return { role: known, name, sha256: digest, bytes: bytes as number }
}

function faulty(path: string): never {
  throw wrong(path, 'names a file that is none of a set, or too large')
}

function fieldsOf(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // Said below.
  }
  throw wrong(path, 'is no JSON object')
}

function wrong(path: string, text: string): GridError {
  return new GridError('input', `${path} ${text}`, { hint: 'busbar fleet sign makes a set.' })
}
