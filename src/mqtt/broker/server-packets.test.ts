import type { Version } from './client-packets.test.ts'

/** What a server sent, a line for each packet; `rest` are the bytes of one that has not arrived in full. */
export function readPackets(
  bytes: Buffer,
  version: Version,
): { readonly lines: string[]; readonly rest: Buffer } {
  const lines: string[] = []
  let at = 0
  for (;;) {
    const frame = frameAt(bytes, at)
    if (frame === undefined) return { lines, rest: bytes.subarray(at) }
    lines.push(describePacket(frame.first, new Fields(frame.body), version))
    at = frame.end
  }
}

function frameAt(
  bytes: Buffer,
  at: number,
): { readonly first: number; readonly body: Buffer; readonly end: number } | undefined {
  let length = 0
  for (let index = 0; ; index++) {
    const byte = bytes[at + 1 + index]
    if (byte === undefined) return undefined
    length += (byte & 127) * 128 ** index
    if (byte > 127) continue
    const start = at + 2 + index
    const end = start + length
    if (end > bytes.length) return undefined
    return { first: bytes[at] ?? 0, body: bytes.subarray(start, end), end }
  }
}

const NAMES: Readonly<Record<number, string>> = {
  4: 'PUBACK',
  5: 'PUBREC',
  6: 'PUBREL',
  7: 'PUBCOMP',
  9: 'SUBACK',
  11: 'UNSUBACK',
}

function describePacket(first: number, fields: Fields, version: Version): string {
  const type = first >> 4
  switch (type) {
    case 2: {
      const isPresent = fields.byte() === 1
      const line = `CONNACK ${hex(fields.byte())}${isPresent ? ' present' : ''}`
      return line + fields.properties(version)
    }
    case 3:
      return describePublish(first, fields, version)
    case 4:
    case 5:
    case 6:
    case 7: {
      const id = fields.u16()
      return `${NAMES[type]} ${id}${fields.left > 0 ? ` ${hex(fields.byte())}` : ''}`
    }
    case 9:
    case 11: {
      const line = `${NAMES[type]} ${fields.u16()}`
      const properties = version === 5 ? fields.properties(version) : ''
      return [line, ...[...fields.rest()].map(hex)].join(' ') + properties
    }
    case 13:
      return 'PINGRESP'
    case 14:
      return fields.left > 0 ? `DISCONNECT ${hex(fields.byte())}` : 'DISCONNECT'
    case 15:
      return `AUTH ${hex(fields.byte())}${fields.properties(version)}`
    default:
      return `type ${type}`
  }
}

function describePublish(first: number, fields: Fields, version: Version): string {
  const qos = (first >> 1) & 3
  const topic = fields.text()
  const id = qos === 0 ? '' : ` #${fields.u16()}`
  const properties = fields.properties(version)
  const flags = `${(first & 1) === 0 ? '' : ' retain'}${(first & 8) === 0 ? '' : ' dup'}`
  return `PUBLISH ${topic} '${fields.rest().toString()}' q${qos}${id}${flags}${properties}`
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0')
}

type Kind = 'u8' | 'u16' | 'u32' | 'varint' | 'text' | 'pair'

const PROPERTIES: Readonly<Record<number, readonly [name: string, kind: Kind]>> = {
  0x01: ['format', 'u8'],
  0x02: ['expiry', 'u32'],
  0x03: ['content', 'text'],
  0x08: ['response', 'text'],
  0x09: ['correlation', 'text'],
  0x0b: ['sub', 'varint'],
  0x11: ['session', 'u32'],
  0x12: ['assigned', 'text'],
  0x15: ['method', 'text'],
  0x16: ['data', 'text'],
  0x21: ['receive', 'u16'],
  0x1f: ['why', 'text'],
  0x22: ['aliases', 'u16'],
  0x23: ['alias', 'u16'],
  0x26: ['user', 'pair'],
  0x27: ['packet', 'u32'],
  0x2a: ['shared', 'u8'],
}

class Fields {
  #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length
  }

  take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }

  rest(): Buffer {
    return this.take(this.left)
  }

  byte(): number {
    return this.take(1).readUInt8()
  }

  u16(): number {
    return this.take(2).readUInt16BE()
  }

  varint(): number {
    let value = 0
    for (let index = 0; ; index++) {
      const byte = this.byte()
      value += (byte & 127) * 128 ** index
      if (byte < 128) return value
    }
  }

  text(): string {
    return this.take(this.u16()).toString()
  }

  /** ` name=value` for each, in the order in which they came; a reason string is for people. */
  properties(version: Version): string {
    if (version === 4) return ''
    const section = new Fields(this.take(this.varint()))
    let line = ''
    while (section.left > 0) {
      const [name, kind] = PROPERTIES[section.byte()] ?? ['unknown', 'u8']
      const value = section.#value(kind)
      if (name !== 'why') line += ` ${name}=${value}`
    }
    return line
  }

  #value(kind: Kind): string | number {
    switch (kind) {
      case 'u8':
        return this.byte()
      case 'u16':
        return this.u16()
      case 'u32':
        return this.take(4).readUInt32BE()
      case 'varint':
        return this.varint()
      case 'text':
        return this.text()
      case 'pair':
        return `${this.text()}:${this.text()}`
    }
  }
}
