import { gunzipSync } from 'node:zlib'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'

/**
 * The files of a gzipped tar by name, without a leading `/` or `./`: what `opa build` writes. A header has 512 bytes, name at 0, size in
 * octal at 124, kind at 156; the file follows, up to the next multiple of 512. Empty headers end it.
 */
export function readTarGz(packed: Uint8Array, path: string): Map<string, Uint8Array<ArrayBuffer>> {
  const bytes = unpack(packed, path)
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const size = Number.parseInt(textAt(bytes, at + 124, 12), 8)
    const begin = at + BLOCK
    if (!Number.isInteger(size) || size < 0 || begin + size > bytes.length) {
      throw damaged(path, 'a file in it is cut off')
    }
    const kind = textAt(bytes, at + 156, 1)
    const name = textAt(bytes, at, 100).replace(/^\.?\//, '')
    if (kind === '' || kind === '0') files.set(name, bytes.slice(begin, begin + size))
    at = begin + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}

const BLOCK = 512

function unpack(packed: Uint8Array, path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(gunzipSync(packed, { maxOutputLength: limits.policyBundleUnpackedBytes }))
  } catch (cause) {
    throw damaged(path, errorText(cause))
  }
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('utf8')
  const end = text.indexOf('\0')
  return (end < 0 ? text : text.slice(0, end)).trim()
}

function damaged(path: string, why: string): GridError {
  return new GridError('corrupt', `${path} is no bundle of opa build: ${why}`, {
    hint: 'Build it again, sign it again and copy both files.',
  })
}
