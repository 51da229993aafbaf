import { assert } from '../../core/assert.ts'
import { VARINT_MAX, varintBytes, writeVarint } from './variable-byte-integer.ts'

/**
 * Writes one packet into memory of exactly its size: the encoder adds up the remaining length first, and `finish` proves
 * that it added up right.
 */
export class PacketWriter {
  readonly #bytes: Uint8Array
  #at: number

  constructor(first: number, remainingLength: number) {
    assert(remainingLength <= VARINT_MAX, 'a packet fits into its remaining length')
    this.#bytes = new Uint8Array(1 + varintBytes(remainingLength) + remainingLength)
    this.#bytes[0] = first
    this.#at = writeVarint(this.#bytes, 1, remainingLength)
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value
  }

  uint16(value: number): void {
    this.#bytes[this.#at++] = value >>> 8
    this.#bytes[this.#at++] = value
  }

  uint32(value: number): void {
    this.uint16(value >>> 16)
    this.uint16(value & 0xffff)
  }

  varint(value: number): void {
    this.#at = writeVarint(this.#bytes, this.#at, value)
  }

  string(text: string): void {
    const { written } = UTF8.encodeInto(text, this.#bytes.subarray(this.#at + 2))
    assert(written <= 0xffff, 'a string has at most 65,535 bytes')
    this.uint16(written)
    this.#at += written
  }

  binary(data: Uint8Array): void {
    assert(data.length <= 0xffff, 'binary data have at most 65,535 bytes')
    this.uint16(data.length)
    this.raw(data)
  }

  /** Packet Identifier: never 0 [MQTT-2.2.1-4]. */
  packetId(packetId: number): void {
    assert(packetId > 0 && packetId <= 0xffff, 'a packet identifier is 1 to 65,535')
    this.uint16(packetId)
  }

  raw(data: Uint8Array): void {
    this.#bytes.set(data, this.#at)
    this.#at += data.length
  }

  finish(): Uint8Array {
    assert(this.#at === this.#bytes.length, 'a packet is as long as it says')
    return this.#bytes
  }
}

/** Bytes of a UTF-8 Encoded String with its length in front. */
export function stringBytes(text: string): number {
  return 2 + Buffer.byteLength(text)
}

const UTF8 = new TextEncoder()
