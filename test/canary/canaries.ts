import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { snappyUncompress } from '../../src/api/prometheus/snappy.ts'

/** A value that was fed in, and the form in which it came out. */
export interface Sighting {
  readonly value: number
  readonly form: string
}

interface Pattern extends Sighting {
  readonly bytes: Buffer
}

interface Search {
  readonly found: Map<number, string>
  readonly within: string
  readonly depth: number
}

/** Whole numbers that a value may be sent as; fewer digits are anybody's. */
const SCALES = [1, 10, 100, 1000, 10_000, 1_000_000] as const
const LEAST_DIGITS = 6
const MOST_DIGITS = 9
const LEAST_WHOLE = 2 ** 20
const DECODED_BYTES = 64 * 1024 * 1024
/** Decoded within decoded: base64 of gzip of text. */
const DEPTH = 3

/** Finds values that nobody would send by chance, in text and in binary, as they are and packed. */
export class Canaries {
  /** By the digits without point and zeros at either end, so that powers of ten make no difference. */
  readonly #digits = new Map<string, number>()
  /** By the first four bytes, read as a number. */
  readonly #binary = new Map<number, Pattern[]>()

  constructor(values: readonly number[]) {
    for (const value of values) {
      for (const digits of digitsOf(value)) this.#digits.set(digits, value)
      for (const pattern of binariesOf(value)) {
        const key = pattern.bytes.readUInt32LE(0)
        this.#binary.set(key, [...(this.#binary.get(key) ?? []), pattern])
      }
    }
  }

  /** Every value in these bytes, with the first form in which it was found. */
  find(bytes: Uint8Array): Sighting[] {
    const found = new Map<number, string>()
    this.#look(Buffer.from(bytes), { found, within: '', depth: DEPTH })
    return [...found].map(([value, form]) => ({ value, form }))
  }

  #look(bytes: Buffer, search: Search): void {
    this.#lookAtText(bytes.toString('latin1'), search)
    this.#lookAtText(bytes.toString('utf16le'), search)
    this.#lookAtText(bytes.subarray(1).toString('utf16le'), search)
    this.#lookAtBinary(bytes, search)
    if (search.depth === 0) return
    for (const [name, inner] of decodedOf(bytes)) {
      const within = `${search.within}${name}: `
      this.#look(inner, { ...search, within, depth: search.depth - 1 })
    }
  }

  #lookAtText(text: string, { found, within }: Search): void {
    for (const [token] of text.matchAll(/\d+(?:[.,]\d+)?/g)) {
      const digits = token.replace(/[.,]/, '').replace(/^0+|0+$/g, '')
      if (digits.length < LEAST_DIGITS) continue
      const value = this.#digits.get(digits.slice(0, MOST_DIGITS))
      if (value !== undefined && !found.has(value)) found.set(value, `${within}text ${token}`)
    }
  }

  #lookAtBinary(bytes: Buffer, { found, within }: Search): void {
    for (let at = 0; at + 4 <= bytes.length; at++) {
      for (const { value, form, bytes: pattern } of this.#binary.get(bytes.readUInt32LE(at)) ??
        []) {
        if (found.has(value) || !bytes.subarray(at, at + pattern.length).equals(pattern)) continue
        found.set(value, `${within}${form}`)
      }
    }
  }
}

/** Rounded and cut, to every count of digits that is enough to know it by. */
function digitsOf(value: number): Set<string> {
  const all = new Set<string>()
  const exact = value.toPrecision(17).replace('.', '').replace(/^0+/, '')
  for (let count = LEAST_DIGITS; count <= MOST_DIGITS; count++) {
    const rounded = value.toPrecision(count).replace('.', '').replace(/^0+/, '')
    for (const digits of [rounded, exact.slice(0, count)]) {
      const bare = digits.replace(/0+$/, '')
      if (bare.length >= LEAST_DIGITS) all.add(bare)
    }
  }
  return all
}

function binariesOf(value: number): Pattern[] {
  const forms: [string, Buffer][] = []
  for (const scale of [...SCALES, 0.001]) {
    const scaled = value * scale
    const f64 = Buffer.alloc(8)
    f64.writeDoubleLE(scaled)
    const f32 = Buffer.alloc(4)
    f32.writeFloatLE(scaled)
    forms.push([`f64 x${scale}`, f64], [`f32 x${scale}`, f32])
    for (const whole of new Set([Math.round(scaled), Math.trunc(scaled)])) {
      if (whole < LEAST_WHOLE) continue
      const i64 = Buffer.alloc(8)
      i64.writeBigInt64LE(BigInt(whole))
      forms.push([`i64 x${scale}`, i64])
      if (whole >= 2 ** 31) continue
      const i32 = Buffer.alloc(4)
      i32.writeInt32LE(whole)
      forms.push([`i32 x${scale}`, i32])
    }
  }
  return forms.flatMap(([form, bytes]) => [
    { value, form, bytes },
    { value, form: `${form}, big end first`, bytes: Buffer.from(bytes).reverse() },
  ])
}

/** Whatever in these bytes is another text or file, wherever it begins. */
function* decodedOf(bytes: Buffer): Generator<[string, Buffer]> {
  for (const [name, magic, decode] of PACKED) {
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      const inner = attempt(() => decode(bytes.subarray(at)))
      if (inner !== undefined) yield [name, inner]
    }
  }
  for (const [name, decode] of WHOLE) {
    const inner = attempt(() => decode(bytes))
    if (inner !== undefined && inner.length > 0) yield [name, inner]
  }
  const runs = [...bytes.toString('latin1').matchAll(/[A-Za-z0-9+/_-]{12,}/g)]
  for (let start = 0; start < 4 && runs.length > 0; start++) {
    const parts = runs.map(([run]) => Buffer.from(run.slice(start), 'base64'))
    yield ['base64', Buffer.concat(parts.flatMap((part) => [part, GAP]))]
  }
}

/** Between what does not belong together. */
const GAP = Buffer.from('\0')

type Decode = (bytes: Buffer) => Uint8Array
const options = { maxOutputLength: DECODED_BYTES }
const PACKED: readonly (readonly [string, Buffer, Decode])[] = [
  ['gzip', Buffer.from('1f8b08', 'hex'), (bytes) => gunzipSync(bytes, options)],
  ['zstd', Buffer.from('28b52ffd', 'hex'), (bytes) => zstdDecompressSync(bytes, options)],
]
const WHOLE: readonly (readonly [string, Decode])[] = [
  ['snappy', (bytes) => snappyUncompress(bytes, DECODED_BYTES)],
  ['deflate', (bytes) => inflateSync(bytes, options)],
  ['brotli', (bytes) => brotliDecompressSync(bytes, options)],
]

function attempt(decode: () => Uint8Array): Buffer | undefined {
  try {
    return Buffer.from(decode())
  } catch {
    return undefined
  }
}
