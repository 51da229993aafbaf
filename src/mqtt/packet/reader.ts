import { malformed, protocolError } from '../reasons.ts'
import { readVarint, varintBytes } from './variable-byte-integer.ts'

/**
 * Reads the data types of section 1.5 from the body of one packet. It never reads past `end`: what is not there is a
 * malformed packet. Binary data are views of the packet, so they live as long as its bytes are left alone.
 */
export class PacketReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get left(): number {
    return this.#end - this.#at
  }

  byte(): number {
    return this.#bytes[this.#take(1)] as number
  }

  uint16(): number {
    const at = this.#take(2)
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number)
  }

  uint32(): number {
    return this.uint16() * 0x1_0000 + this.uint16()
  }

  varint(): number {
    const value = readVarint(this.#bytes, this.#at, this.#end)
    if (value === -1) throw malformed('packet ends inside a variable byte integer')
    this.#at += varintBytes(value)
    return value
  }

  /** UTF-8 Encoded String: well formed, no surrogate [MQTT-1.5.4-1], no U+0000 [MQTT-1.5.4-2], a BOM kept [MQTT-1.5.4-3]. */
  string(): string {
    const text = decodeUtf8(this.binary())
    if (text.includes('\0')) throw malformed('string with U+0000')
    return text
  }

  /** Binary Data: a length of two bytes and that many bytes. */
  binary(): Uint8Array {
    const length = this.uint16()
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Packet Identifier: never 0 [MQTT-2.2.1-3]. */
  packetId(): number {
    const packetId = this.uint16()
    if (packetId === 0) throw protocolError('packet identifier 0')
    return packetId
  }

  /** The next `length` bytes as a packet of their own. */
  section(length: number): PacketReader {
    const at = this.#take(length)
    return new PacketReader(this.#bytes, at, at + length)
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#take(this.left), this.#end)
  }

  /** Nothing may follow the last field of a packet. */
  finish(): void {
    if (this.left > 0) throw malformed('bytes after the last field')
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.#end - at) throw malformed('packet ends inside a field')
    this.#at = at + length
    return at
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Uint8Array): string {
  if (bytes.length === 0) return ''
  try {
    return UTF8.decode(bytes)
  } catch {
    throw malformed('string that is not UTF-8')
  }
}
