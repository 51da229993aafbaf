import { createHash } from 'node:crypto'
import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { type Signature, isSigned, signText } from '../core/signed-text.ts'
import { type Manifest, parseManifest } from './manifest.ts'

/** A module as it travels: what it says of itself, its bytes, and who vouches for it. */
export interface Package {
  readonly manifest: Manifest
  readonly bytes: Uint8Array<ArrayBuffer>
  /** SHA-256 of the module and of the manifest, in hexadecimal digits. */
  readonly digest: string
  /** Public key whose signature is good; undefined: it is not signed. */
  readonly signer: string | undefined
}

/**
 * One JSON file: `manifest` (a text, signed as it stands, with the SHA-256 of the module), `module` (base64), `key` and `signature`
 * (Ed25519, base64) where it is signed.
 */
interface Envelope extends Partial<Signature> {
  readonly manifest: string
  readonly module: string
}

export function packModule(
  manifest: Manifest,
  bytes: Uint8Array,
  signingKey: string | undefined,
): string {
  const text = JSON.stringify({ ...manifest, sha256: sha256(bytes) })
  const envelope: Envelope = { manifest: text, module: Buffer.from(bytes).toString('base64') }
  if (signingKey === undefined) return `${JSON.stringify(envelope, undefined, 1)}\n`
  const signed = { ...envelope, ...signText(text, signingKey) }
  return `${JSON.stringify(signed, undefined, 1)}\n`
}

/** @throws GridError `input` for a file that is no package, whose module is another than its manifest says, or whose signature is wrong. */
export function openPackage(text: string, path: string): Package {
  const { manifest, module, key, signature } = parseEnvelope(text, path)
  const { sha256: promised, ...own } = JSON.parse(manifest) as Record<string, unknown>
  const bytes = new Uint8Array(Buffer.from(module, 'base64'))
  if (bytes.length > limits.processorBytes) throw wrong(path, 'holds a module that is too large')
  if (promised !== sha256(bytes)) throw wrong(path, 'holds another module than its manifest says')
  if (signature !== undefined && !isSigned(manifest, { key: key ?? '', signature }))
    throw wrong(path, 'has a signature that is not of this manifest')
  return {
    manifest: parseManifest(JSON.stringify(own), path),
    bytes,
    digest: sha256(Buffer.concat([Buffer.from(manifest), bytes])),
    signer: signature === undefined ? undefined : key,
  }
}

function parseEnvelope(text: string, path: string): Envelope {
  let given: Partial<Record<keyof Envelope, unknown>>
  try {
    given = JSON.parse(text) as typeof given
  } catch (cause) {
    throw new GridError('input', `${path} is not JSON, so no package of a processor`, { cause })
  }
  const textOf = (key: keyof Envelope): string | undefined => {
    const value = given[key]
    return typeof value === 'string' ? value : undefined
  }
  const manifest = textOf('manifest')
  const module = textOf('module')
  if (manifest === undefined || module === undefined)
    throw wrong(path, 'has no manifest, or no module')
  const key = textOf('key')
  const signature = textOf('signature')
  if (key === undefined || signature === undefined) return { manifest, module }
  return { manifest, module, key, signature }
}

function wrong(path: string, text: string): GridError {
  return new GridError('input', `${path} ${text}`, {
    hint: 'busbar processor build makes a package, busbar processor sign signs it.',
  })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
