import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'

/** The last change of each key: its value, or undefined where it is taken away. */
export type Changes = ReadonlyMap<string, Uint8Array | undefined>

/** One piece of memory for all, so that it changes threads without a copy: `{ key bytes u16 | value bytes i32 (-1: none) | key | value }*`. */
export function encodeChanges(changes: Changes): Uint8Array<ArrayBuffer> {
  const entries = Array.from(changes, ([key, value]) => ({ key: Buffer.from(key), value }))
  const total = entries.reduce(
    (sum, { key, value }) => sum + 6 + key.length + (value?.length ?? 0),
    0,
  )
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { key, value } of entries) {
    view.setUint16(at, key.length, true)
    view.setInt32(at + 2, value?.length ?? -1, true)
    bytes.set(key, at + 6)
    at += 6 + key.length
    if (value === undefined) continue
    bytes.set(value, at)
    at += value.length
  }
  return bytes
}

export function* decodeChanges(
  bytes: Uint8Array,
): Generator<{ readonly key: string; readonly value: Uint8Array | undefined }, void> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length;) {
    const keyEnd = at + 6 + view.readUInt16LE(at)
    const valueBytes = view.readInt32LE(at + 2)
    const key = view.toString('utf8', at + 6, keyEnd)
    at = keyEnd + Math.max(valueBytes, 0)
    yield { key, value: valueBytes < 0 ? undefined : bytes.subarray(keyEnd, at) }
  }
}

/** The table `kept`: bytes under a key, each with a checksum over both. */
export class KeptTable {
  readonly #put: StatementSync
  readonly #remove: StatementSync

  constructor(db: DatabaseSync) {
    this.#put = db.prepare('INSERT OR REPLACE INTO kept (key, value, crc) VALUES (?, ?, ?)')
    this.#remove = db.prepare('DELETE FROM kept WHERE key = ?')
  }

  apply(changes: Uint8Array): void {
    for (const { key, value } of decodeChanges(changes)) {
      if (value === undefined) this.#remove.run(key)
      else this.#put.run(key, value, checksum(key, value))
    }
  }
}

/** What was kept; an entry whose checksum is wrong comes with no bytes, which decode to nothing. */
export function* readKept(db: DatabaseSync): Generator<readonly [string, Uint8Array], void> {
  for (const row of db.prepare('SELECT key, value, crc FROM kept ORDER BY key').iterate()) {
    const key = row['key'] as string
    const value = row['value'] as Uint8Array
    yield [key, checksum(key, value) === row['crc'] ? value : DAMAGED]
  }
}

function checksum(key: string, value: Uint8Array): number {
  return crc32(value, crc32(key))
}

const DAMAGED = Buffer.from('?')
