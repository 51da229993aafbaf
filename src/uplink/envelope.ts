import { createHash } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { assert } from '../core/assert.ts'
import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { type HoursAnswer, decodeAnswer } from './hours.ts'
import { type Inventory, decodeInventory } from './inventory.ts'
import { type Manifest, decodeManifest } from './manifest.ts'
import { type UplinkRecord, decodeRecord, isObject } from './record.ts'
import { isStream } from './topics.ts'

/** Records of one stream between two sequence numbers, or what a sender says about the stream as a whole. */
export interface Envelope {
  readonly site: string
  readonly stream: string
  /** Numbers are of one row as long as this is the same: rises when a sender has to begin anew. */
  readonly epoch: number
  /** All that the sender has from the first to the last number is in it; both 0: it has none, but says something of what there is. */
  readonly first: number
  readonly last: number
  readonly isBackfill: boolean
  readonly body: Body
}

export type Body =
  | {
      readonly kind: 'records'
      /** In the order of their numbers. A number that is not here has been renewed by a later one, or made room. */
      readonly records: readonly UplinkRecord[]
      /** Numbers of what the gate kept back. */
      readonly withheld: readonly number[]
    }
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'inventory'; readonly inventory: Inventory }
  /** Records whose numbers the centre has acknowledged, and which it does not have. */
  | { readonly kind: 'again'; readonly records: readonly UplinkRecord[] }
  | { readonly kind: 'hours'; readonly answer: HoursAnswer }

/*
 * | magic "BBUP" | version u8 | flags u8 | site length u8 | stream length u8 | epoch u64 | first u64 | last u64 |
 * | body length u32 | digest, 32 bytes | site | stream | body, zstd |, little-endian.
 */
const MAGIC = 0x50554242
export const ENVELOPE_VERSION = 1
const AT = { version: 4, flags: 5, site: 6, stream: 7, epoch: 8, first: 16, last: 24, body: 32 }
const DIGEST_AT = 36
const HEAD_BYTES = 68
const BACKFILL = 1
/** Of the kinds of bodies; at most one of them is set. */
const FLAG = { manifest: 2, inventory: 4, again: 8, hours: 16 } as const
/** Of level 3 a megabyte takes 5 ms, higher ones several times that for a tenth less. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }

/** The bytes, or undefined where they would be too many: send less at once. */
export function encodeEnvelope({ body, ...head }: Envelope): Uint8Array | undefined {
  switch (body.kind) {
    case 'manifest':
      return encode(head, body.kind, JSON.stringify(body.manifest))
    case 'inventory':
      return encode(head, body.kind, JSON.stringify(body.inventory))
    case 'hours':
      return encode(head, body.kind, JSON.stringify(body.answer))
    case 'again':
      return encode(head, body.kind, JSON.stringify({ records: body.records }))
    case 'records': {
      const { records, withheld } = body
      return encodeRecords(head, { texts: records.map((each) => JSON.stringify(each)), withheld })
    }
  }
}

export type Head = Omit<Envelope, 'body'>

/** Of records that are JSON already. */
export function encodeRecords(
  head: Head,
  { texts, withheld }: { readonly texts: readonly string[]; readonly withheld: readonly number[] },
): Uint8Array | undefined {
  const text = `{"records":[${texts.join(',')}],"withheld":[${withheld.join(',')}]}`
  return encode(head, 'records', text)
}

function encode(head: Head, kind: Body['kind'], text: string): Uint8Array | undefined {
  const { site, stream, epoch, first, last, isBackfill: isLate } = head
  assert(isStream(stream), 'a stream has a name that stands in a topic')
  const raw = Buffer.from(text)
  if (raw.length > limits.envelopeBytes) return undefined
  const packed = zstdCompressSync(raw, LEVEL)
  const names = Buffer.from(site + stream)
  const start = Buffer.alloc(HEAD_BYTES)
  start.writeUInt32LE(MAGIC, 0)
  start.writeUInt8(ENVELOPE_VERSION, AT.version)
  const flag = kind === 'records' ? 0 : FLAG[kind]
  start.writeUInt8((isLate ? BACKFILL : 0) | flag, AT.flags)
  start.writeUInt8(site.length, AT.site)
  start.writeUInt8(stream.length, AT.stream)
  start.writeBigUInt64LE(BigInt(epoch), AT.epoch)
  start.writeBigUInt64LE(BigInt(first), AT.first)
  start.writeBigUInt64LE(BigInt(last), AT.last)
  start.writeUInt32LE(raw.length, AT.body)
  digestOf(start, names, raw).copy(start, DIGEST_AT)
  const bytes = Buffer.concat([start, names, packed])
  return bytes.length > limits.envelopePackedBytes ? undefined : bytes
}

/** @throws GridError `input` that says why these bytes are no envelope. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < HEAD_BYTES || buffer.readUInt32LE(0) !== MAGIC) throw fault('no envelope')
  const version = buffer.readUInt8(AT.version)
  if (version !== ENVELOPE_VERSION) throw fault(`of format ${version}, which is not known here`)
  const names = HEAD_BYTES
  const split = names + buffer.readUInt8(AT.site)
  const start = split + buffer.readUInt8(AT.stream)
  if (buffer.length < start) throw fault('cut off')
  const raw = unpack(buffer.subarray(start), buffer.readUInt32LE(AT.body))
  const found = digestOf(buffer.subarray(0, HEAD_BYTES), buffer.subarray(names, start), raw)
  if (!found.equals(buffer.subarray(DIGEST_AT, HEAD_BYTES))) throw fault('changed on its way')
  const flags = buffer.readUInt8(AT.flags)
  const envelope = {
    site: buffer.toString('latin1', names, split),
    stream: buffer.toString('latin1', split, start),
    epoch: numberAt(buffer, AT.epoch),
    first: numberAt(buffer, AT.first),
    last: numberAt(buffer, AT.last),
    isBackfill: (flags & BACKFILL) !== 0,
  }
  const body = decodeBody(raw, kindOf(flags))
  if (body === undefined || !isSound({ ...envelope, body })) throw fault('not what it should hold')
  return { ...envelope, body }
}

/** What the head says, before anybody has looked whether it is an envelope at all. */
export function isBackfill(bytes: Uint8Array): boolean {
  return ((bytes[AT.flags] ?? 0) & BACKFILL) !== 0
}

function kindOf(flags: number): Body['kind'] {
  const kinds = Object.keys(FLAG) as (keyof typeof FLAG)[]
  return kinds.find((kind) => (flags & FLAG[kind]) !== 0) ?? 'records'
}

/** Over everything but itself, the body as it was before it was compressed. */
function digestOf(head: Uint8Array, names: Uint8Array, raw: Uint8Array): Buffer {
  const hash = createHash('sha256').update(head.subarray(0, DIGEST_AT))
  return hash.update(names).update(raw).digest()
}

function unpack(packed: Uint8Array, length: number): Buffer {
  if (length > limits.envelopeBytes) throw fault('too large')
  try {
    const raw = zstdDecompressSync(packed, { maxOutputLength: Math.max(length, 1) })
    if (raw.length === length) return raw
  } catch {
    throw fault('damaged')
  }
  throw fault('damaged')
}

function numberAt(buffer: Buffer, at: number): number {
  const number = Number(buffer.readBigUInt64LE(at))
  if (!Number.isSafeInteger(number)) throw fault('numbered beyond what is counted')
  return number
}

function decodeBody(raw: Buffer, kind: Body['kind']): Body | undefined {
  let value: unknown
  try {
    value = JSON.parse(raw.toString())
  } catch {
    return undefined
  }
  switch (kind) {
    case 'manifest': {
      const manifest = decodeManifest(value)
      return manifest && { kind, manifest }
    }
    case 'inventory': {
      const inventory = decodeInventory(value)
      return inventory && { kind, inventory }
    }
    case 'hours': {
      const answer = decodeAnswer(value)
      return answer && { kind, answer }
    }
    case 'records':
    case 'again':
      return isObject(value) ? decodeRecords(kind, value) : undefined
  }
}

function decodeRecords(
  kind: 'records' | 'again',
  { records: given, withheld: kept = [] }: Readonly<Record<string, unknown>>,
): Body | undefined {
  if (!Array.isArray(given) || !Array.isArray(kept)) return undefined
  if (given.length > limits.envelopeRecords) return undefined
  const records = given.map(decodeRecord).filter((record) => record !== undefined)
  const withheld = kept.filter((each): each is number => Number.isSafeInteger(each))
  if (records.length < given.length || withheld.length < kept.length) return undefined
  return kind === 'again' ? { kind, records } : { kind, records, withheld }
}

/** Each number stands within its envelope, and once. */
function isSound({ first, last, body }: Envelope): boolean {
  if (body.kind !== 'records') return first === 0 && last === 0
  if (first < 1 || last < first || last - first >= limits.envelopeSpan) return false
  const { records, withheld } = body
  const numbers = new Set([...records.map(({ sequence }) => sequence), ...withheld])
  if (numbers.size !== records.length + withheld.length) return false
  if (numbers.size > limits.envelopeRecords) return false
  return numbers.values().every((number) => number >= first && number <= last)
}

function fault(what: string): GridError {
  return new GridError('input', `an envelope of the uplink: ${what}`)
}
