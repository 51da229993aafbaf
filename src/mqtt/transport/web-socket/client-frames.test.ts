/** A client's frame, to the letter of RFC 6455, 5.2, and whatever is asked to be wrong about it. */
export interface FrameOptions {
  readonly opcode?: number
  readonly fin?: boolean
  readonly reserved?: number
  readonly mask?: Buffer | undefined
  /** Bytes that the length takes after the first two: 0, 2 or 8. */
  readonly lengthBytes?: number
  /** What the head says where it lies. */
  readonly length?: number
}

export const MASK: Buffer = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

export function frame(payload: Buffer | string, options: FrameOptions = {}): Buffer {
  const bytes = Buffer.from(payload)
  const { opcode = 2, fin = true, reserved = 0, length = bytes.length } = options
  const mask = 'mask' in options ? options.mask : MASK
  const { lengthBytes = length < 126 ? 0 : length < 0x10000 ? 2 : 8 } = options
  const short = lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127
  const head = Buffer.alloc(2 + lengthBytes)
  head[0] = (fin ? 0x80 : 0) | reserved | opcode
  head[1] = (mask === undefined ? 0 : 0x80) | short
  if (lengthBytes === 2) head.writeUInt16BE(length, 2)
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length), 2)
  const masked = mask === undefined ? bytes : bytes.map((byte, at) => byte ^ (mask[at % 4] ?? 0))
  return Buffer.concat([head, mask ?? Buffer.alloc(0), masked])
}
