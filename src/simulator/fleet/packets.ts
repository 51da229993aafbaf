/** Cuts a stream of bytes into the packets of MQTT, whole as they are. */
export class Packets {
  #rest: Buffer = Buffer.alloc(0)

  /** Those that are complete now. */
  cut(chunk: Buffer): Buffer[] {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const packets: Buffer[] = []
    for (;;) {
      const length = lengthOf(bytes)
      if (length === undefined || bytes.length < length) break
      packets.push(bytes.subarray(0, length))
      bytes = bytes.subarray(length)
    }
    this.#rest = Buffer.from(bytes)
    return packets
  }
}

/** Packet id of a PUBLISH of QoS 1. */
export function publishedId(packet: Buffer): number {
  const head = lengthBytes(packet)
  return packet.readUInt16BE(head + 2 + packet.readUInt16BE(head))
}

/** Payload of a PUBLISH of QoS 1 in MQTT 5.0; undefined: another packet. */
export function publishedPayload(packet: Buffer): Buffer | undefined {
  if ((packet[0] as number) >> 4 !== PUBLISH) return undefined
  const head = lengthBytes(packet)
  const topicEnd = head + 2 + packet.readUInt16BE(head)
  const properties = topicEnd + 2
  return packet.subarray(properties + 1 + (packet[properties] as number))
}

const PUBLISH = 3

/** Of the fixed header: type, and a length of one to four bytes. */
function lengthBytes(bytes: Buffer): number {
  let at = 1
  while (at < 5 && ((bytes[at] ?? 0) & 0x80) !== 0) at++
  return at + 1
}

function lengthOf(bytes: Buffer): number | undefined {
  let length = 0
  for (let at = 1; at < 5; at++) {
    const byte = bytes[at]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) << (7 * (at - 1))
    if ((byte & 0x80) === 0) return at + 1 + length
  }
  return undefined
}
