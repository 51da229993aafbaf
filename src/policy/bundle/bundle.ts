import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { GridError, errorCode, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { CompiledPolicy } from '../evaluate/wasm-policy.ts'
import { readTarGz } from './tar.ts'

/** What `policy/policy.json` says of the compiled policy beside it. */
export interface ShippedManifest {
  /** The OPA that compiled it. */
  readonly opa: string
  /** SHA-256 of `policy.wasm`, and of each Rego file that it came from. */
  readonly wasm: string
  readonly sources: Readonly<Record<string, string>>
}

/** The policy that comes with the program. Throws a GridError where it is not what was shipped. */
export function shippedPolicy(folder: string): CompiledPolicy {
  const manifest = shippedManifest(folder)
  const path = join(folder, 'policy.wasm')
  const wasm = readBounded(path)
  const digest = sha256(wasm)
  if (digest !== manifest.wasm) {
    throw new GridError('corrupt', `${path} is not the compiled policy that was shipped`, {
      hint: 'Install the program again.',
    })
  }
  return { revision: revisionOf('shipped', digest), wasm, data: '{}' }
}

export function shippedManifest(folder: string): ShippedManifest {
  const path = join(folder, 'policy.json')
  try {
    return JSON.parse(Buffer.from(readBounded(path)).toString('utf8')) as ShippedManifest
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    throw new GridError('corrupt', `${path}: ${errorText(cause)}`, { cause })
  }
}

export interface SignedBundle {
  /** A `bundle.tar.gz` of `opa build`; beside it `bundle.tar.gz.sig`, its Ed25519 signature, 64 bytes. */
  readonly path: string
  /** Public keys in PEM, any of which may have signed it. */
  readonly keys: readonly string[]
}

/** A site's own policy. Throws a GridError where it is missing, damaged, or not signed by one of the keys. */
export function sitePolicy({ path, keys }: SignedBundle): CompiledPolicy {
  const packed = readBounded(path)
  const signature = readBounded(`${path}.sig`)
  const isSigned = keys.some((key) => verify(null, packed, publicKeyOf(key), signature))
  if (!isSigned) {
    throw new GridError('input', `${path} is not signed by a key that this site trusts`, {
      hint: 'Sign it again: openssl pkeyutl -sign -rawin -inkey KEY -in FILE -out FILE.sig.',
    })
  }
  return unpackBundle(packed, path)
}

/** A bundle that is only tried out: nobody has to have signed it. */
export function unsignedPolicy(path: string): CompiledPolicy {
  return unpackBundle(readBounded(path), path)
}

function unpackBundle(packed: Uint8Array<ArrayBuffer>, path: string): CompiledPolicy {
  const files = readTarGz(packed, path)
  const wasm = files.get('policy.wasm')
  if (wasm === undefined) {
    throw new GridError('input', `${path} has no policy.wasm`, {
      hint: 'Build it with opa build -t wasm -e energy/smartgrid/decision.',
    })
  }
  const data = files.get('data.json')
  return {
    revision: revisionOf('site', sha256(packed)),
    wasm,
    data: data === undefined ? '{}' : Buffer.from(data).toString('utf8'),
  }
}

export function publicKeyOf(pem: string): ReturnType<typeof createPublicKey> {
  let key: ReturnType<typeof createPublicKey>
  try {
    key = createPublicKey(pem)
  } catch (cause) {
    throw new GridError('input', `this is no public key in PEM: ${errorText(cause)}`, { cause })
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new GridError('input', `a key of Ed25519 is needed, this is ${key.asymmetricKeyType}`, {
      hint: 'openssl genpkey -algorithm ed25519 makes one.',
    })
  }
  return key
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function revisionOf(kind: 'shipped' | 'site', digest: string): string {
  return `${kind}-${digest.slice(0, 16)}`
}

function readBounded(path: string): Uint8Array<ArrayBuffer> {
  try {
    if (statSync(path).size > limits.policyBundleBytes) {
      throw new GridError('input', `${path}: more than ${limits.policyBundleBytes} bytes`)
    }
    return new Uint8Array(readFileSync(path))
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    const why = errorCode(cause) === 'ENOENT' ? 'no such file' : errorText(cause)
    throw new GridError('not-found', `${path}: ${why}`, { cause })
  }
}
