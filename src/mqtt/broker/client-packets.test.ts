/**
 * The other end of the wire, for tests: packets as a client writes them, and what a server sent as lines that a test can
 * compare. Written anew from the standard, so that a mistake of our codec is not made twice.
 */
export type Version = 4 | 5

export function packet(first: number, ...parts: readonly (Buffer | number)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'number' ? u8(part) : part)))
  return Buffer.concat([u8(first), varint(body.length), body])
}

export function u8(value: number): Buffer {
  return Buffer.from([value])
}

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

export function u32(value: number): Buffer {
  return Buffer.concat([u16(value >>> 16), u16(value & 0xffff)])
}

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}

export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u16(bytes.length), bytes])
}

/** Properties with their length in front; nothing at all in 3.1.1. */
function section(version: Version, properties: readonly Buffer[]): Buffer {
  const content = Buffer.concat(properties)
  return version === 4 ? content : Buffer.concat([varint(content.length), content])
}

export const property = {
  format: (format: number) => Buffer.concat([u8(0x01), u8(format)]),
  messageExpiry: (seconds: number) => Buffer.concat([u8(0x02), u32(seconds)]),
  contentType: (type: string) => Buffer.concat([u8(0x03), text(type)]),
  responseTopic: (topic: string) => Buffer.concat([u8(0x08), text(topic)]),
  correlation: (data: string) => Buffer.concat([u8(0x09), text(data)]),
  subscriptionId: (id: number) => Buffer.concat([u8(0x0b), varint(id)]),
  sessionExpiry: (seconds: number) => Buffer.concat([u8(0x11), u32(seconds)]),
  method: (name: string) => Buffer.concat([u8(0x15), text(name)]),
  data: (data: string | Buffer) => Buffer.concat([u8(0x16), text(data)]),
  problemInformation: (wanted: number) => Buffer.concat([u8(0x17), u8(wanted)]),
  willDelay: (seconds: number) => Buffer.concat([u8(0x18), u32(seconds)]),
  responseInformation: (wanted: number) => Buffer.concat([u8(0x19), u8(wanted)]),
  receiveMaximum: (count: number) => Buffer.concat([u8(0x21), u16(count)]),
  aliasMaximum: (most: number) => Buffer.concat([u8(0x22), u16(most)]),
  alias: (alias: number) => Buffer.concat([u8(0x23), u16(alias)]),
  user: (name: string, value: string) => Buffer.concat([u8(0x26), text(name), text(value)]),
  maximumPacket: (bytes: number) => Buffer.concat([u8(0x27), u32(bytes)]),
} as const

export interface WillOptions {
  readonly topic: string
  readonly payload: string
  readonly qos?: number
  readonly retain?: boolean
  readonly properties?: readonly Buffer[]
}

export interface ConnectOptions {
  readonly version?: Version
  readonly clean?: boolean
  readonly keepAlive?: number
  readonly will?: WillOptions
  readonly properties?: readonly Buffer[]
}

export function connect(clientId: string, options: ConnectOptions = {}): Buffer {
  const { version = 5, clean = true, keepAlive = 0, will, properties = [] } = options
  const willFlags =
    will === undefined ? 0 : 0x04 | ((will.qos ?? 0) << 3) | (will.retain === true ? 0x20 : 0)
  return packet(
    0x10,
    text('MQTT'),
    version,
    willFlags | (clean ? 0x02 : 0),
    u16(keepAlive),
    section(version, properties),
    text(clientId),
    ...(will === undefined
      ? []
      : [section(version, will.properties ?? []), text(will.topic), text(will.payload)]),
  )
}

export interface PublishOptions {
  readonly version?: Version
  readonly qos?: number
  readonly id?: number
  readonly retain?: boolean
  readonly dup?: boolean
  readonly properties?: readonly Buffer[]
}

export function publish(
  topic: string,
  payload: string | Buffer,
  options: PublishOptions = {},
): Buffer {
  const { version = 5, id = 0, qos = id === 0 ? 0 : 1, retain, dup, properties = [] } = options
  return packet(
    0x30 | (dup === true ? 8 : 0) | (qos << 1) | (retain === true ? 1 : 0),
    text(topic),
    qos === 0 ? Buffer.alloc(0) : u16(id),
    section(version, properties),
    Buffer.from(payload),
  )
}

export const puback = (id: number): Buffer => packet(0x40, u16(id))
export const pubrec = (id: number, code = 0): Buffer =>
  code === 0 ? packet(0x50, u16(id)) : packet(0x50, u16(id), code)
export const pubrel = (id: number): Buffer => packet(0x62, u16(id))
export const pubcomp = (id: number): Buffer => packet(0x70, u16(id))
export const pingreq: Buffer = packet(0xc0)

/** `code` or properties make it one of 5.0. */
export function disconnect(code?: number, ...properties: readonly Buffer[]): Buffer {
  return code === undefined ? packet(0xe0) : packet(0xe0, code, section(5, properties))
}

/** Continue is 0x18, begin again 0x19. */
export function auth(code: number, ...properties: readonly Buffer[]): Buffer {
  return packet(0xf0, code, section(5, properties))
}

export interface SubscribeOptions {
  readonly version?: Version
  readonly id?: number
  readonly properties?: readonly Buffer[]
}

/** Filters with their options byte: the QoS, and in 5.0 no local 4, retain as published 8, retain handling 16 and 32. */
export function subscribe(
  filters: Readonly<Record<string, number>>,
  options: SubscribeOptions = {},
): Buffer {
  const { version = 5, id = 1, properties = [] } = options
  const requests = Object.entries(filters).flatMap(([filter, bits]) => [text(filter), bits])
  return packet(0x82, u16(id), section(version, properties), ...requests)
}

export function unsubscribe(filters: readonly string[], options: SubscribeOptions = {}): Buffer {
  const { version = 5, id = 1 } = options
  return packet(0xa2, u16(id), section(version, []), ...filters.map((filter) => text(filter)))
}
