/** Bytes of a protobuf message, field by field; a message is its fields one after another. */
export type Bytes = readonly number[]

/** A whole number, or -1 and its like in the 64 bits of two's complement. */
export function integerField(number: number, value: number | bigint): Bytes {
  return [...varint((number << 3) | VARINT), ...varint(value)]
}

export function bytesField(number: number, bytes: Bytes | Uint8Array): Bytes {
  return [...varint((number << 3) | DELIMITED), ...varint(bytes.length), ...bytes]
}

export function textField(number: number, text: string): Bytes {
  return bytesField(number, Buffer.from(text))
}

function varint(value: number | bigint): Bytes {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return [...bytes, Number(rest)]
}

const VARINT = 0
const DELIMITED = 2
