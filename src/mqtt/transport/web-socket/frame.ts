/**
 * The head of a frame (RFC 6455, 5.2):
 *
 *     byte 0   fin 1 · reserved 3 · opcode 4
 *     byte 1   masked 1 · length 7: up to 125, or 126: 2 bytes follow, or 127: 8 bytes follow
 *              the length in these bytes, then the mask of 4 bytes: clients must have one, servers must not
 */
export const opcode = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const

/** Why a connection is closed (RFC 6455, 7.4.1). */
export const closeCode = {
  normal: 1000,
  protocolError: 1002,
  unsupportedData: 1003,
} as const

/** A client's head at its longest. */
export const HEAD_BYTES_MAX = 14
/** What a control frame may carry. */
export const CONTROL_BYTES_MAX = 125

/** The head of a whole message from us. */
export function frameHead(kind: number, length: number): Buffer {
  if (length <= 125) return Buffer.from([FIN | kind, length])
  if (length < 0x10000) return Buffer.from([FIN | kind, 126, length >> 8, length & 0xff])
  const head = Buffer.alloc(10)
  head[0] = FIN | kind
  head[1] = 127
  head.writeUIntBE(length, 4, 6)
  return head
}

export const FIN = 0x80
export const RESERVED = 0x70
export const MASKED = 0x80
