import {
  bytesLeft,
  isSound,
  markBroken,
  readByte,
  readUint16,
  readUint32,
  readVariable,
  take,
} from './packet-reader.ts'

export const SESSION_EXPIRY = 0x11
export const SERVER_KEEP_ALIVE = 0x13
export const RECEIVE_MAXIMUM = 0x21
export const TOPIC_ALIAS = 0x23
export const MAXIMUM_QOS = 0x24
export const MAXIMUM_PACKET_SIZE = 0x27
export const SHARED_AVAILABLE = 0x2a

/** What a number property says; of text it is nothing. */
let worth: u32 = 0
/** How much of the packet follows the properties. */
let rest: usize = 0

export function propertyNumber(): u32 {
  return worth
}

/** Begins the properties of the packet that is open; none where the packet ends before them, which several packets may. */
export function openProperties(): void {
  rest = 0
  if (bytesLeft() == 0) return
  const bytes = <usize>readVariable()
  if (bytes > bytesLeft()) {
    markBroken()
    return
  }
  rest = bytesLeft() - bytes
}

/** The identifier of the next property; 0: there are no more, or the packet is broken. */
export function nextProperty(): u32 {
  if (!isSound() || bytesLeft() <= rest) return 0
  const id = readByte()
  readWorth(id)
  // One that reaches over the end of the properties belongs to the payload.
  if (bytesLeft() < rest) markBroken()
  return isSound() ? id : 0
}

/** Where nothing is asked of them. */
export function skipProperties(): void {
  openProperties()
  while (nextProperty() != 0) continue
}

/** Table 2-4 of MQTT 5.0; an identifier that it does not have breaks the packet. */
function readWorth(id: u32): void {
  switch (id) {
    case 0x01:
    case 0x17:
    case 0x19:
    case MAXIMUM_QOS:
    case 0x25:
    case 0x28:
    case 0x29:
    case SHARED_AVAILABLE:
      worth = readByte()
      break
    case SERVER_KEEP_ALIVE:
    case RECEIVE_MAXIMUM:
    case 0x22:
    case TOPIC_ALIAS:
      worth = readUint16()
      break
    case 0x02:
    case SESSION_EXPIRY:
    case 0x18:
    case MAXIMUM_PACKET_SIZE:
      worth = readUint32()
      break
    case 0x0b:
      worth = readVariable()
      break
    case 0x26:
      take(readUint16())
      take(readUint16())
      break
    case 0x03:
    case 0x08:
    case 0x09:
    case 0x12:
    case 0x15:
    case 0x16:
    case 0x1a:
    case 0x1c:
    case 0x1f:
      take(readUint16())
      break
    default:
      markBroken()
  }
}
